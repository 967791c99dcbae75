internal import Affinity
internal import Correlation
public import Wire

/// The packets behind one finding, as the nodes that still held them told them.
public struct RingEvidence: Sendable {
  /// A frame that a node had kept.
  public struct Frame: Sendable {
    public var time: Timestamp
    /// Its number among the frames that the node captured.
    public var number: UInt64
    public var link: LinkType
    public var originalLength: UInt32
    /// Empty where it is not known.
    public var interface: String
    public var bytes: [UInt8]

    public init(
      time: Timestamp,
      number: UInt64,
      link: LinkType,
      originalLength: UInt32,
      interface: String,
      bytes: [UInt8]
    ) {
      self.time = time
      self.number = number
      self.link = link
      self.originalLength = originalLength
      self.interface = interface
      self.bytes = bytes
    }
  }

  private let question: EvidenceQuestion
  private var packets: [(time: Timestamp, number: UInt64, packet: EvidencePacket)] = []

  public init(_ question: EvidenceQuestion) {
    self.question = question
  }

  /// How many packets there are.
  public var count: Int { packets.count }

  /// Adds what a node had, whose clock is so far ahead of the first node's.
  public mutating func add(_ frames: [Frame], of node: String, ahead offset: Interval?) {
    let offset = offset ?? Interval(nanoseconds: 0)
    for frame in frames {
      let packet = EvidencePacket(frame, of: node)
      packets.append((frame.time - offset, frame.number, packet))
    }
  }

  /// Writes them as pcapng in the order of their time, as `analyze --evidence` does; `notes` say what is missing.
  public func write(application: String, notes: [String]) -> [UInt8] {
    let ordered = packets.sorted { left, right in
      (left.time, left.packet.node, left.number) < (right.time, right.packet.node, right.number)
    }
    var grouping = DatagramGrouping(question)
    var datagram: [Int?] = []
    var said: [EvidencePacket] = []
    for (time, _, packet) in ordered {
      datagram.append(grouping.number(of: packet, at: time))
      var packet = packet
      packet.mentions = mentions(of: packet, at: time)
      said.append(packet)
    }
    let finding = question.finding
    let whose = finding.client.map { " of client \($0)" } ?? ""
    let about = "The packets behind finding \(finding.title)\(whose), from the rings of agents."
    var bytes: [UInt8] = []
    var writer = EvidenceWriter(
      EvidenceDatagrams(said, datagram: datagram),
      of: question.sessions,
      application: application,
      comments: [about] + notes
    )
    writer.write { (some: inout [UInt8]) throws(Never) in
      bytes += some
      some.removeAll(keepingCapacity: true)
    }
    return bytes
  }

  /// The last datagram of the placement that was, and the first of the one that is: by the moment, which is one packet's.
  private func mentions(of packet: EvidencePacket, at time: Timestamp) -> [String] {
    guard let tuple = packet.sighting?.tuple else { return [] }
    let finding = question.finding
    func isOf(_ placement: Report.Placement) -> Bool {
      question.sessions.contains { $0.legs(of: [placement]).contains(tuple) }
    }
    func name(_ placement: Report.Placement) -> String {
      placement.pod ?? placement.backend.description
    }
    if let was = finding.was, time == was.to, isOf(was) {
      return ["\(finding.title): last datagram to \(name(was))"]
    }
    if let now = finding.now, time == now.from, isOf(now) {
      return ["\(finding.title): first datagram to \(name(now))"]
    }
    return []
  }
}

extension EvidencePacket {
  fileprivate init(_ frame: RingEvidence.Frame, of node: String) {
    // Few enough come here for a batch of one.
    var batch = SightingBatch(capacity: 1)
    batch.add(
      frame.bytes.span,
      as: frame.link,
      originalLength: Int(frame.originalLength),
      time: frame.time,
      interface: 0,
      witness: Witness(file: 0, frame: frame.number)
    )
    let sighting = batch.sightings.first
    let packet = batch.events.last?.packet
    self.init(
      node: node,
      interface: sighting?.interface ?? packet?.interface ?? 0,
      interfaceName: frame.interface.isEmpty ? nil : frame.interface,
      link: frame.link,
      direction: sighting?.direction ?? packet?.direction ?? .unknown,
      time: frame.time,
      originalLength: frame.originalLength,
      bytes: frame.bytes,
      sighting: sighting,
      origin: "frame \(frame.number) of the agent at \(node)"
    )
  }
}
