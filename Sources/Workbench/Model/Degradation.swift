public import Wire

/// A way in which captures are worse than what happened.
public enum Degradation: Sendable {
  case snapLength(Int, node: String)
  case clockOffset(Interval, node: String)
  /// This share of a node's packets never made it into the file.
  case captureLoss(Double, node: String, seed: UInt64)
  case missing(node: String)
  /// Only these interfaces of a node, by number: 2 is its network interface.
  case interfaces(Set<UInt8>, node: String)
  /// All nodes in one pcapng, an interface each.
  case merged
  /// Names and other services, seen by the way.
  case strayTraffic(Int, seed: UInt64)
  /// Packets that a switch floods to every node, each taken as another host's.
  case flooded(Double, seed: UInt64)
}

extension Recording {
  /// The same recording with worse captures; the truth stays.
  public func degraded(by degradations: Degradation...) -> Recording {
    degraded(by: degradations)
  }

  public func degraded(by degradations: [Degradation]) -> Recording {
    degradations.reduce(self) { $0.degraded(byOne: $1) }
  }

  private func degraded(byOne degradation: Degradation) -> Recording {
    var worse = self
    func index(_ node: String) -> Int? { nodes.firstIndex(of: node) }
    switch degradation {
    case .snapLength(let length, let node):
      guard let index = index(node) else { break }
      worse.records[index] = records[index].map { $0.cut(to: length) }
      worse.snapLengths[node] = length
    case .clockOffset(let offset, let node):
      guard let index = index(node) else { break }
      for place in records[index].indices {
        worse.records[index][place].time = records[index][place].time + offset
      }
    case .captureLoss(let share, let node, let seed):
      guard let index = index(node) else { break }
      var generator = SeededGenerator(seed: seed)
      worse.records[index] = records[index].filter { _ in !generator.chance(share) }
    case .missing(let node):
      guard let index = index(node) else { break }
      worse.records.remove(at: index)
      worse.nodes.remove(at: index)
    case .interfaces(let numbers, let node):
      guard let index = index(node) else { break }
      // The lowest byte of the number in the SLL2 header.
      worse.records[index] = records[index].filter { numbers.contains($0.bytes[7]) }
    case .merged:
      worse.isMerged = true
    case .strayTraffic(let count, let seed):
      worse.addStrays(count, seed: seed)
    case .flooded(let share, let seed):
      worse.flood(share, seed: seed)
    }
    return worse
  }

  /// DNS questions and answers, another UDP service and a little TCP, spread over the time of each capture.
  private mutating func addStrays(_ count: Int, seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for index in records.indices {
      guard let first = records[index].first?.time, let last = records[index].last?.time else {
        continue
      }
      let span = max(1, Int(last.since(first).nanoseconds))
      var strays: [Record] = []
      while strays.count < count {
        let time = first + Interval(nanoseconds: Int64(generator.below(span)))
        strays += Self.stray(at: time, &generator)
      }
      let all = (records[index] + strays).enumerated().sorted { left, right in
        let (a, b) = (left.element.time, right.element.time)
        return a != b ? a < b : left.offset < right.offset
      }
      records[index] = all.map(\.element)
    }
  }

  private static func stray(at time: Timestamp, _ generator: inout SeededGenerator) -> [Record] {
    let host = IPAddress(v4: 0xc0a8_630b + UInt32(generator.below(3)))
    let port = UInt16(generator.within(32_768...60_999))
    let station = MACAddress(0x02aa_0000_0100)
    func frame(_ packet: IPPacket, _ direction: Link.Direction) -> [UInt8] {
      Link.linuxCookedV2(direction, interface: 2, from: station).frame(packet)
    }
    let name = generator.bytes(24)
    switch generator.below(3) {
    case 0:
      let question = FiveTuple(
        from: Endpoint(host, port),
        to: Endpoint(IPAddress(v4: 0xc0a8_6301), 53)
      )
      let header: [UInt8] = [name[0], name[1], 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
      // example.com, type A, class IN.
      let label: [UInt8] =
        [7] + Array("example".utf8) + [3] + Array("com".utf8) + [0, 0, 1, 0, 1]
      var answer = header
      answer[2] = 0x81
      answer[3] = 0x80
      return [
        Record(at: time, frame(UDPSegment(question, payload: header + label).packet, .outgoing)),
        Record(
          at: time + .microseconds(700),
          frame(UDPSegment(question.reversed, payload: answer + label).packet, .incoming)
        ),
      ]
    case 1:
      let metrics = FiveTuple(
        from: Endpoint(host, port),
        to: Endpoint(IPAddress(v4: 0xc0a8_6302), 8_125)
      )
      return [Record(at: time, frame(UDPSegment(metrics, payload: name).packet, .outgoing))]
    default:
      var segment: [UInt8] = []
      segment.append16(port)
      segment.append16(6_443)
      segment += generator.bytes(8) + [0x50, 0x10, 0x01, 0xf6, 0, 0, 0, 0]
      var packet = IPPacket(
        from: host,
        to: IPAddress(v4: 0xc0a8_6301),
        over: .tcp,
        payload: segment
      )
      packet.dontFragment = true
      return [Record(at: time, frame(packet, .outgoing))]
    }
  }

  /// Copies packets that came in by a node's network interface to the other nodes, marked as another host's.
  private mutating func flood(_ share: Double, seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var copies: [[Record]] = Array(repeating: [], count: records.count)
    for (index, records) in records.enumerated() {
      for record in records where record.isFromNetwork && generator.chance(share) {
        for other in copies.indices where other != index {
          var copy = record
          copy.bytes[10] = Link.Direction.otherHost.rawValue
          copies[other].append(copy)
        }
      }
    }
    for index in records.indices {
      let all = (records[index] + copies[index]).enumerated().sorted { left, right in
        let (a, b) = (left.element.time, right.element.time)
        return a != b ? a < b : left.offset < right.offset
      }
      records[index] = all.map(\.element)
    }
  }
}

extension Record {
  /// An SLL2 header of a packet that came in by the second interface.
  fileprivate var isFromNetwork: Bool {
    bytes.count > 20 && bytes[10] == 0 && bytes[4...7] == [0, 0, 0, 2]
  }
}
