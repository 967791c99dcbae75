internal import Affinity
internal import CaptureFiles
internal import Cluster
internal import Correlation
internal import Reporting
internal import Wire

/// Takes bytes all the way: as packets of two nodes, through the observers and the analyst, to every format.
///
/// They are a capture, or else a story: see `Story`. The last byte chooses how (with an inventory or without, which formats,
/// how names are hidden); a capture's reader only finds a record more that is cut short. Nothing may trap, whatever the packets and their times are.
@c(LLVMFuzzerTestOneInput)
public func fuzzAnalysis(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // SAFETY: libFuzzer keeps `count` bytes alive at `start` for the length of this call.
  let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
  guard let choice = bytes.last else { return 0 }
  let frames = captured(bytes) ?? Story(bytes.dropLast()).told()
  let report = analyse(frames, inventory: choice & 1 == 0 ? nil : smallCluster, choice: choice)
  var hide = Anonymizer(key: (1, 2))
  let told = choice & 2 == 0 ? report : report.anonymized(by: &hide)
  write(told, frames, choice)
  return 0
}

/// One frame of one of the two nodes.
struct NodeFrame {
  var node: Int
  var link: LinkType
  var record: CaptureRecord
  var bytes: [UInt8]

  var direction: Packet.Direction {
    switch record.flags.direction {
    case .unknown: .unknown
    case .inbound: .incoming
    case .outbound: .outgoing
    }
  }
}

private let files = ["n1.pcap", "n2.pcap"]

/// The packets of a capture, dealt to the two nodes in turn; nil for bytes that are no capture.
private func captured(_ bytes: [UInt8]) -> [NodeFrame]? {
  guard var reader = try? CaptureReader(bytes: bytes, name: "fuzz") else { return nil }
  var frames: [NodeFrame] = []
  var batch = RecordBatch()
  while let more = try? reader.next(into: &batch), more, frames.count < 4_096 {
    for record in batch.records {
      let frame = batch.bytes(of: record)
      frames.append(
        NodeFrame(
          node: Int(record.number & 1),
          link: reader.interfaces[Int(record.interface)].linkType,
          record: record,
          bytes: frame.indices.map { frame[$0] }
        )
      )
    }
  }
  return frames
}

private func analyse(_ frames: [NodeFrame], inventory: ClusterHistory?, choice: UInt8) -> Report {
  var settings = ClusterAnalyst.Settings()
  settings.files = files
  if choice & 4 != 0 { settings.expectations = Set(Expectation.allCases) }
  var analyst = ClusterAnalyst(inventory: inventory, settings: settings)
  var limits = NodeObserver.Settings()
  limits.flowLimit = 64
  limits.windowLimit = 256
  var nodes: [ObservedNode] = []
  for node in files.indices {
    var observer = NodeObserver(settings: limits, files: node..<node + 1)
    var batch = SightingBatch()
    var waiting = SightingBatch()
    for frame in frames where frame.node == node {
      batch.add(frame, file: node)
      guard batch.sightings.count > 50 else { continue }
      batch.order()
      batch.keepBack(SightingBatch.reach, atMost: 20, in: &waiting)
      observer.observe(batch) { analyst.add($0, from: node) }
      batch.removeAll()
      batch.takeOver(&waiting)
    }
    batch.order()
    observer.observe(batch) { analyst.add($0, from: node) }
    observer.finish { analyst.add($0, from: node) }
    var coverage = Report.NodeCoverage(name: "n\(node + 1)", files: [files[node]])
    coverage.packets = Int(observer.frames.frames)
    coverage.sightings = observer.counts.sightings
    coverage.from = observer.began
    coverage.to = observer.ended
    nodes.append(ObservedNode(coverage, matching: observer.counts, orphans: observer.orphans))
  }
  return analyst.report(of: nodes)
}

extension SightingBatch {
  fileprivate mutating func add(_ frame: NodeFrame, file: Int) {
    add(
      frame.bytes.span,
      as: frame.link,
      originalLength: Int(frame.record.originalLength),
      time: frame.record.time,
      interface: frame.record.interface,
      direction: frame.direction,
      witness: Witness(file: file, frame: frame.record.number)
    )
  }
}

/// One format for most inputs, for the page alone takes longer than the analysis; all of them for some.
private func write(_ report: Report, _ frames: [NodeFrame], _ choice: UInt8) {
  let format = Int(choice >> 4)
  let isAll = format > 10
  var sum = 0
  func take(_ bytes: [UInt8]) { sum &+= bytes.count }
  if isAll || format < 4 {
    let layout = TextLayout(width: format * 40, showsSessions: choice & 8 == 0)
    writeText(report, layout: layout, drain: take)
  }
  if isAll || format == 4 || format == 5 { writeJSON(report, drain: take) }
  if isAll || format == 6 { take(Array(junitReport(report).utf8)) }
  if isAll || format == 7 { take(Array(prometheusReport(report).utf8)) }
  if isAll || format == 8 {
    let events = smallCluster.map { clusterEvents(of: $0, during: report) } ?? []
    writeHTML(report, events: events, drain: take)
  }
  if isAll || format >= 9 { collect(report, frames, isHidden: choice & 8 == 0, take) }
}

private func collect(
  _ report: Report,
  _ frames: [NodeFrame],
  isHidden: Bool,
  _ take: ([UInt8]) -> Void
) {
  // An anonymized report names no frames' endpoints as they are, so nothing may be found; nor may anything trap.
  var collector = EvidenceCollector(report, files: files)
  for round in 0..<2 {
    if round == 1 { collector.beginPicking() }
    for frame in frames {
      let seen = EvidenceFrame(
        frame.record,
        file: frame.node,
        link: frame.link,
        direction: frame.direction,
        interface: frame.record.interface,
        interfaceName: nil
      )
      collector.see(seen, bytes: frame.bytes.span)
    }
  }
  collector.write(
    application: "fuzz",
    anonymizer: isHidden ? Anonymizer(key: (3, 4)) : nil
  ) { take($0) }
}
