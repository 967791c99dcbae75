import CaptureFiles
import Wire
import Workbench

/// A way in which the same cluster could have been captured worse.
struct Worsening: Sendable, CustomStringConvertible {
  /// What can still be asked of a report.
  enum Demand: Sendable {
    /// As much as of the recording itself.
    case everything
    /// All that is told is true, and this share of it at least is told.
    case precision(recall: Double)
  }

  var description: String
  var demand: Demand
  /// Makes files of the nodes' records.
  var apply: @Sendable ([NodeRecords]) throws -> [NodeFile]

  init(
    _ description: String,
    _ demand: Demand = .everything,
    _ apply: @escaping @Sendable ([NodeRecords]) throws -> [NodeFile]
  ) {
    self.description = description
    self.demand = demand
    self.apply = apply
  }
}

/// One node's capture, record by record.
struct NodeRecords: Sendable {
  var node: String
  var records: [Record]
  var link = LinkType.linuxCookedV2

  var file: NodeFile {
    NodeFile(node: node, bytes: Savefile.pcap(records, link: link))
  }

  func cut(to snapLength: Int) -> Self {
    var cut = self
    cut.records = records.map { $0.cut(to: snapLength) }
    return cut
  }

  func shifted(by offset: Interval) -> Self {
    var shifted = self
    for index in records.indices { shifted.records[index].time = records[index].time + offset }
    return shifted
  }

  /// Without what was captured before a moment that all nodes share.
  func beginning(at start: Timestamp) -> Self {
    var late = self
    late.records = records.filter { $0.time >= start }
    return late
  }
}

extension [NodeRecords] {
  var files: [NodeFile] { map(\.file) }

  func changing(_ node: String, _ change: (NodeRecords) -> NodeRecords) -> Self {
    map { $0.node == node ? change($0) : $0 }
  }

  /// The first moment at which any node captured something.
  var start: Timestamp {
    compactMap { $0.records.first?.time }.min() ?? Timestamp(nanoseconds: 0)
  }

  /// All nodes in one pcapng, an interface each.
  var merged: NodeFile {
    let all = enumerated().flatMap { index, node in
      node.records.map { (interface: index, record: $0) }
    }
    let ordered = all.enumerated().sorted { left, right in
      let (a, b) = (left.element.record.time, right.element.record.time)
      return a != b ? a < b : left.offset < right.offset
    }
    return NodeFile(
      node: "all",
      bytes: Savefile.pcapng(interfaces: map { ($0.node, $0.link) }, ordered.map(\.element))
    )
  }
}

// MARK: Less of it

extension NodeRecords {
  func keeping(_ isKept: (Record) -> Bool) -> Self {
    var kept = self
    kept.records = records.filter(isKept)
    return kept
  }

  /// Without this share of the packets, drawn from a seed.
  func losing(_ share: Double) -> Self {
    var generator = SeededGenerator(seed: UInt64(records.count))
    return keeping { _ in !generator.chance(share) }
  }

  /// The first half of the file's bytes, cut wherever that is.
  var halved: NodeFile {
    let whole = file
    return NodeFile(node: node, bytes: Array(whole.bytes.prefix(24 + whole.bytes.count / 2 - 7)))
  }

  /// With other traffic between: questions to a name server, metrics, a time server.
  func withStrays(_ count: Int) -> Self {
    guard let first = records.first?.time, let last = records.last?.time else { return self }
    var generator = SeededGenerator(seed: 7)
    var strays: [Record] = []
    let span = max(1, Int(last.since(first).nanoseconds))
    for _ in 0..<count {
      let time = first + Interval(nanoseconds: Int64(generator.below(span)))
      let port = UInt16(generator.within(32_768...60_999))
      let targets: [(UInt32, UInt16)] = [
        (0xc0a8_6301, 53), (0xc0a8_6302, 8_125), (0x0a60_000a, 53),
      ]
      let (address, service) = targets[generator.below(targets.count)]
      let tuple = FiveTuple(
        from: Endpoint(IPAddress(v4: 0xc0a8_630b + UInt32(generator.below(3))), port),
        to: Endpoint(IPAddress(v4: address), service)
      )
      let packet = UDPSegment(tuple, payload: generator.bytes(generator.within(0...200))).packet
      let link = Link.linuxCookedV2(
        .outgoing,
        interface: 2,
        from: MACAddress(0x02aa_0000_0100)
      )
      strays.append(Record(at: time, link.frame(packet)))
    }
    var all = self
    all.records = (records + strays).enumerated()
      .sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
      .map(\.element)
    return all
  }
}
