internal import Affinity
internal import CaptureFiles
internal import Correlation
internal import Wire

extension EvidenceCollector {
  /// Writes what was gathered as pcapng: an interface for each vantage, a comment that says what each packet is, one packet
  /// id for all sightings of a datagram, and the names of pods and services.
  ///
  /// With an anonymizer, packets are written anew: their headers only, with other addresses.
  public func write<E>(
    application: String,
    anonymizer: consuming Anonymizer? = nil,
    drain: (inout [UInt8]) throws(E) -> Void
  ) throws(E) {
    let clients = Set(report.findings.compactMap(\.client))
    let omitted = plan.omitted
    let note =
      omitted > 0
      ? ["\(omitted) more findings of large incidents have evidence that is not in this file"] : []
    var writer = EvidenceWriter(
      EvidenceDatagrams(self),
      of: report.sessions.filter { clients.contains($0.client.description) },
      application: application,
      comments: ["The packets behind the findings of a Stickler report."] + note,
      anonymizer: anonymizer
    )
    try writer.write(drain)
  }

  /// How many packets there are to write.
  public var count: Int { picks.count }
}

/// Writes packets of evidence, wherever they come from.
struct EvidenceWriter {
  let datagrams: EvidenceDatagrams
  var bytes: [UInt8] = []
  private var encoder: PcapngEncoder
  private var anonymizer: Anonymizer?
  private var interfaces: [Vantage: UInt32] = [:]
  /// Who is at an address.
  private var names: [IPAddress: String] = [:]
  /// The pod behind an endpoint, the service in front of one.
  private var roles: [Endpoint: String] = [:]

  private struct Vantage: Hashable {
    var node: String
    var interface: UInt32
    var name: String?
    var direction: Packet.Direction
    var link: LinkType
  }

  /// The sessions say who is at an address.
  init(
    _ datagrams: EvidenceDatagrams,
    of sessions: [Report.Session],
    application: String,
    comments: [String],
    anonymizer: consuming Anonymizer? = nil
  ) {
    self.datagrams = datagrams
    self.anonymizer = anonymizer
    encoder = PcapngEncoder(application: application, comments: comments, to: &bytes)
    gatherNames(of: sessions)
  }

  mutating func write<E>(_ drain: (inout [UInt8]) throws(E) -> Void) throws(E) {
    writeInterfaces()
    writeNames()
    for index in datagrams.packets.indices {
      writePacket(index)
      if bytes.count > 1 << 16 { try drain(&bytes) }
    }
    try drain(&bytes)
  }

  // MARK: Names

  private mutating func gatherNames(of sessions: [Report.Session]) {
    for session in sessions {
      if let service = session.service {
        roles[session.front] = service
        names[session.front.address] = service
      }
      for placement in session.placements {
        if let pod = placement.pod {
          roles[placement.backend] = pod
          names[placement.backend.address] = pod
        }
        if placement.seenSource.address != session.client.address, let node = placement.ingressNode
        {
          // An address that several nodes seem to use stands for none of them.
          let name = "nat-of-\(node)"
          let known = names[placement.seenSource.address]
          names[placement.seenSource.address] = known == nil || known == name ? name : known
        }
      }
    }
  }

  private mutating func writeNames() {
    let list = names.sorted { $0.key < $1.key }.map { address, name in
      ResolvedName(address: hidden(address), name: hidden(name: name))
    }
    if !list.isEmpty { encoder.append(names: list, to: &bytes) }
  }

  private mutating func hidden(_ address: IPAddress) -> IPAddress {
    guard var hide = anonymizer.take() else { return address }
    defer { anonymizer = hide }
    return hide(address)
  }

  private mutating func hidden(_ text: String) -> String {
    guard var hide = anonymizer.take() else { return text }
    defer { anonymizer = hide }
    return hide.sentence(text)
  }

  private mutating func hidden(name: String) -> String {
    guard var hide = anonymizer.take() else { return name }
    defer { anonymizer = hide }
    if let node = name.split(separator: "nat-of-").first, name.hasPrefix("nat-of-") {
      return "nat-of-\(hide.name(String(node), "node"))"
    }
    return hide.name(name, "name")
  }

  // MARK: Vantages

  private mutating func writeInterfaces() {
    for packet in datagrams.packets {
      let vantage = vantage(of: packet)
      guard interfaces[vantage] == nil else { continue }
      var interface = CaptureInterface(
        linkType: vantage.link,
        snapLength: 262_144,
        timeUnit: .nanoseconds
      )
      let node = hidden(node: vantage.node)
      let place = [vantage.name ?? "if\(vantage.interface)", vantage.direction.word]
        .compactMap(\.self).joined(separator: " ")
      interface.name = "\(node) \(place)"
      interface.description = "node \(node), \(place)"
      interfaces[vantage] = encoder.add(interface: interface, to: &bytes)
    }
  }

  private mutating func hidden(node name: String) -> String {
    guard var hide = anonymizer.take() else { return name }
    defer { anonymizer = hide }
    return hide.name(name, "node")
  }

  private func vantage(of packet: EvidencePacket) -> Vantage {
    Vantage(
      node: packet.node,
      interface: packet.interface,
      name: packet.interfaceName,
      direction: packet.direction,
      link: anonymizer == nil ? packet.link : .raw
    )
  }

  // MARK: Packets

  private mutating func writePacket(_ index: Int) {
    let written = datagrams.packets[index]
    guard let interface = interfaces[vantage(of: written)] else { return }
    var packet = PcapngEncoder.Packet(
      time: written.time,
      originalLength: written.originalLength,
      interface: interface
    )
    packet.direction =
      switch written.direction {
      case .unknown: .unknown
      case .incoming, .otherHost: .inbound
      case .outgoing: .outbound
      }
    packet.packetID = datagrams.datagram[index].map(UInt64.init)
    packet.comments = comments(on: index).map { hidden($0) }
    guard var hide = anonymizer.take() else {
      encoder.append(packet, frame: written.bytes.span, to: &bytes)
      return
    }
    let frame = written.sighting.map { headers(of: $0, hiddenBy: &hide) } ?? []
    anonymizer = hide
    packet.originalLength = UInt32(frame.count) + (written.sighting?.payloadLength ?? 0)
    encoder.append(packet, frame: frame.span, to: &bytes)
  }

  private func comments(on index: Int) -> [String] {
    let packet = datagrams.packets[index]
    var comments = packet.mentions
    if let sighting = packet.sighting, let datagram = datagrams.datagram[index] {
      let tunnel = sighting.depth > 0 ? " (inside a tunnel)" : ""
      comments.append(stage(of: sighting, index, datagram) + tunnel)
    }
    if packet.sighting == nil, let datagram = datagrams.datagram[index] {
      comments.append("a later fragment of datagram \(datagram)")
    }
    return comments + [packet.origin]
  }

  /// `after DNAT and SNAT of frame 3: default/s3, seen source 192.168.99.11:42038`.
  private func stage(of sighting: Sighting, _ index: Int, _ datagram: Int) -> String {
    let first = datagrams.first[datagram - 1]
    guard first != index, let origin = datagrams.packets[first].sighting?.tuple else {
      return "datagram \(datagram): \(text(of: sighting.tuple))"
    }
    let tuple = sighting.tuple
    guard tuple != origin else { return "frame \(first + 1) again, at another place" }
    var steps: [String] = []
    if tuple.destination != origin.destination { steps.append("DNAT") }
    if tuple.source != origin.source { steps.append("SNAT") }
    let what = steps.joined(separator: " and ")
    if roles[origin.source] != nil, roles[origin.destination] == nil || roles[tuple.source] != nil {
      return "after \(what) of frame \(first + 1), a reply: \(text(of: tuple))"
    }
    let pod = roles[tuple.destination] ?? "\(tuple.destination)"
    return "after \(what) of frame \(first + 1): \(pod), seen source \(tuple.source)"
  }

  private func text(of tuple: FiveTuple) -> String {
    func end(_ endpoint: Endpoint) -> String {
      roles[endpoint].map { "\($0) (\(endpoint))" } ?? "\(endpoint)"
    }
    return "\(end(tuple.source)) to \(end(tuple.destination))"
  }
}

extension Packet.Direction {
  fileprivate var word: String? {
    switch self {
    case .unknown: nil
    case .incoming, .otherHost: "in"
    case .outgoing: "out"
    }
  }
}
