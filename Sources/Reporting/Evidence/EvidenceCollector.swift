public import Affinity
internal import Correlation
internal import Wire

/// Gathers the packets behind the findings of a report: the frames that they name, and every other sighting of the same
/// datagrams.
///
/// It is shown all frames twice. The first time it learns what the named datagrams look like; the second time it picks
/// their sightings: at each vantage the one nearest in time, because datagrams may look alike.
public struct EvidenceCollector {
  /// A frame that is kept.
  struct Pick {
    var frame: EvidenceFrame
    var bytes: [UInt8]
    /// Nil for what is no datagram: an ICMP error, a later fragment.
    var sighting: Sighting?
    var seeds: Set<Int> = []
  }

  /// A datagram that a finding names.
  private struct Seed {
    var sighting: Sighting
    var time: Timestamp
    var node: Int
  }

  /// One vantage's best sighting of a seed.
  private struct Place: Hashable {
    var seed: Int
    var node: Int
    var interface: UInt32
    var direction: UInt8
    var depth: UInt8
    var tuple: FiveTuple
  }

  private struct FragmentKey: Hashable {
    var source: IPAddress
    var destination: IPAddress
    var identification: UInt32
  }

  /// Transit through a node takes microseconds; 50 ms leave room for a queue.
  private static let nodeWindow = Interval.milliseconds(50)
  private static let clusterWindow = Interval.seconds(1)

  let report: Report
  let plan: EvidencePlan
  let files: [String]
  /// The node of each file, as an index into the report's nodes.
  let nodes: [Int]
  private(set) var picks: [FrameKey: Pick] = [:]

  private var isLearning = true
  private var seeds: [Seed] = []
  private var seedsByLeg: [FiveTuple: [Int]] = [:]
  private var seedsByFragment: [FragmentKey: [Int]] = [:]
  private var best: [Place: (distance: Interval, key: FrameKey)] = [:]
  /// When datagrams may matter at all, in order and apart from each other.
  private var spans: [ClosedRange<Timestamp>] = []

  /// `files` are the captures by the numbers that frames are shown with.
  public init(_ report: Report, files: [String]) {
    self.report = report
    self.files = files
    plan = EvidencePlan(report, files: files)
    nodes = files.map { file in report.capture.nodes.firstIndex { $0.files.contains(file) } ?? 0 }
  }

  /// Whether there is anything to look for in a file the first time.
  public func isNamed(file: Int) -> Bool { plan.mentions.keys.contains { $0.file == file } }

  /// Shows a frame; all of them, in any order of files, then again after `beginPicking()`.
  public mutating func see(_ frame: EvidenceFrame, bytes: Span<UInt8>) {
    let mentions = plan.mentions[frame.key]
    if isLearning {
      if let mentions { learn(frame, bytes, mentions) }
      return
    }
    let time = corrected(frame)
    guard mentions != nil || matters(time) else { return }
    let (sighting, packet) = decode(frame, bytes)
    if let sighting {
      pick(frame, bytes, sighting, time)
    } else if let packet, packet.kind == .laterFragment {
      pick(frame, bytes, fragment: packet, time)
    }
    if mentions != nil, picks[frame.key] == nil { keep(frame, bytes, sighting, packet, for: nil) }
  }

  /// Ends the first round.
  public mutating func beginPicking() {
    isLearning = false
    let window = Self.clusterWindow
    for seed in seeds.sorted(by: { $0.time < $1.time }) {
      // At the ends of what a time can say, adding wraps: then the moment alone is the span.
      let (from, to) = (seed.time - window, seed.time + window)
      let span = from <= to ? from...to : seed.time...seed.time
      if let last = spans.last, last.upperBound >= span.lowerBound {
        spans[spans.count - 1] = last.lowerBound...max(last.upperBound, span.upperBound)
      } else {
        spans.append(span)
      }
    }
  }

  /// The datagram in a frame, or else the packet that told something of one.
  private func decode(_ frame: EvidenceFrame, _ bytes: Span<UInt8>) -> (Sighting?, Packet?) {
    // Few frames come here: those near a datagram that a finding names.
    var batch = SightingBatch(capacity: 1)
    batch.add(
      bytes,
      as: frame.link,
      originalLength: Int(frame.originalLength),
      time: frame.time,
      interface: frame.interface,
      direction: frame.direction,
      witness: Witness(file: frame.file, frame: frame.number)
    )
    return (batch.sightings.first, batch.events.last?.packet)
  }

  /// Its time by the first node's clock.
  func corrected(_ frame: EvidenceFrame) -> Timestamp {
    let node = nodes[frame.file]
    guard report.capture.nodes.indices.contains(node),
      let offset = report.capture.nodes[node].clockOffset
    else { return frame.time }
    return frame.time - offset
  }

  private mutating func learn(
    _ frame: EvidenceFrame,
    _ bytes: Span<UInt8>,
    _ mentions: [EvidencePlan.Mention]
  ) {
    guard let sighting = decode(frame, bytes).0 else { return }
    let index = seeds.count
    seeds.append(Seed(sighting: sighting, time: corrected(frame), node: nodes[frame.file]))
    for leg in plan.others(of: sighting.tuple, mentions, in: report) {
      seedsByLeg[leg, default: []].append(index)
      guard sighting.features.contains(.isFirstFragment) else { continue }
      let key = FragmentKey(
        source: leg.source.address,
        destination: leg.destination.address,
        identification: sighting.identification
      )
      seedsByFragment[key, default: []].append(index)
    }
  }

  private func matters(_ time: Timestamp) -> Bool {
    var low = 0
    var high = spans.count
    while low < high {
      let middle = (low + high) / 2
      if spans[middle].upperBound < time { low = middle + 1 } else { high = middle }
    }
    return low < spans.count && spans[low].contains(time)
  }

  private mutating func pick(
    _ frame: EvidenceFrame,
    _ bytes: Span<UInt8>,
    _ sighting: Sighting,
    _ time: Timestamp
  ) {
    let node = nodes[frame.file]
    for index in seedsByLeg[sighting.tuple] ?? [] {
      let seed = seeds[index]
      let window = seed.node == node ? Self.nodeWindow : Self.clusterWindow
      let distance = time < seed.time ? seed.time.since(time) : time.since(seed.time)
      guard distance <= window, sighting.isSameDatagram(as: seed.sighting) else { continue }
      let place = Place(
        seed: index,
        node: node,
        interface: sighting.interface,
        direction: sighting.direction.rawValue,
        depth: sighting.depth,
        tuple: sighting.tuple
      )
      if let other = best[place] {
        guard distance < other.distance else { continue }
        release(other.key, by: index)
      }
      best[place] = (distance, frame.key)
      keep(frame, bytes, sighting, nil, for: index)
    }
  }

  private mutating func pick(
    _ frame: EvidenceFrame,
    _ bytes: Span<UInt8>,
    fragment packet: Packet,
    _ time: Timestamp
  ) {
    let key = FragmentKey(
      source: packet.tuple.source.address,
      destination: packet.tuple.destination.address,
      identification: packet.identification
    )
    for index in seedsByFragment[key] ?? [] {
      let seed = seeds[index]
      let distance = time < seed.time ? seed.time.since(time) : time.since(seed.time)
      if distance <= Self.clusterWindow { keep(frame, bytes, nil, packet, for: index) }
    }
  }

  private mutating func keep(
    _ frame: EvidenceFrame,
    _ bytes: Span<UInt8>,
    _ sighting: Sighting?,
    _ packet: Packet?,
    for seed: Int?
  ) {
    if picks[frame.key] == nil {
      var copy: [UInt8] = []
      copy.reserveCapacity(bytes.count)
      for index in bytes.indices { copy.append(bytes[index]) }
      var frame = frame
      if let packet, packet.interface != 0 {
        (frame.interface, frame.direction) = (packet.interface, packet.direction)
      }
      if let sighting {
        (frame.interface, frame.direction) = (sighting.interface, sighting.direction)
      }
      picks[frame.key] = Pick(frame: frame, bytes: copy, sighting: sighting)
    }
    if let seed { picks[frame.key]?.seeds.insert(seed) }
  }

  private mutating func release(_ key: FrameKey, by seed: Int) {
    picks[key]?.seeds.remove(seed)
    if picks[key]?.seeds.isEmpty == true, plan.mentions[key] == nil { picks[key] = nil }
  }

  var seedCount: Int { seeds.count }
}

extension Sighting {
  /// As far as both captures hold it; a capture that holds too little is believed by the IP header's mark.
  func isSameDatagram(as other: Sighting) -> Bool {
    guard payloadLength == other.payloadLength else { return false }
    if fingerprint.key == other.fingerprint.key {
      return !fingerprint.contradicts(other.fingerprint)
    }
    return min(fingerprint.held, other.fingerprint.held) == .little && identification != 0
      && identification == other.identification
  }
}
