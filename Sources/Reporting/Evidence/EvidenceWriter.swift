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
    var writer = EvidenceWriter(self, application: application, anonymizer: anonymizer)
    writer.writeInterfaces()
    writer.writeNames()
    for index in writer.datagrams.picks.indices {
      writer.writePacket(index)
      if writer.bytes.count > 1 << 16 { try drain(&writer.bytes) }
    }
    try drain(&writer.bytes)
  }

  /// How many packets there are to write.
  public var count: Int { picks.count }
}

struct EvidenceWriter {
  let datagrams: EvidenceDatagrams
  var bytes: [UInt8] = []
  private let collector: EvidenceCollector
  private var encoder: PcapngEncoder
  private var anonymizer: Anonymizer?
  private var interfaces: [Vantage: UInt32] = [:]
  /// Who is at an address.
  private var names: [IPAddress: String] = [:]
  /// The pod behind an endpoint, the service in front of one.
  private var roles: [Endpoint: String] = [:]

  private struct Vantage: Hashable {
    var node: Int
    var interface: UInt32
    var name: String?
    var direction: Packet.Direction
    var link: LinkType
  }

  init(_ collector: EvidenceCollector, application: String, anonymizer: Anonymizer?) {
    self.collector = collector
    self.anonymizer = anonymizer
    datagrams = EvidenceDatagrams(collector)
    let omitted = collector.plan.omitted
    let note =
      omitted > 0
      ? ["\(omitted) more findings of large incidents have evidence that is not in this file"] : []
    encoder = PcapngEncoder(
      application: application,
      comments: ["The packets behind the findings of a Stickler report."] + note,
      to: &bytes
    )
    gatherNames()
  }

  // MARK: Names

  private mutating func gatherNames() {
    let report = collector.report
    let clients = Set(report.findings.compactMap(\.client))
    for session in report.sessions where clients.contains(session.client.description) {
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

  mutating func writeNames() {
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

  mutating func writeInterfaces() {
    for pick in datagrams.picks {
      let vantage = vantage(of: pick)
      guard interfaces[vantage] == nil else { continue }
      var interface = CaptureInterface(
        linkType: vantage.link,
        snapLength: 262_144,
        timeUnit: .nanoseconds
      )
      let node = nodeName(vantage.node)
      let place = [vantage.name ?? "if\(vantage.interface)", vantage.direction.word]
        .compactMap(\.self).joined(separator: " ")
      interface.name = "\(node) \(place)"
      interface.description = "node \(node), \(place)"
      interfaces[vantage] = encoder.add(interface: interface, to: &bytes)
    }
  }

  private mutating func nodeName(_ node: Int) -> String {
    let nodes = collector.report.capture.nodes
    let name = nodes.indices.contains(node) ? nodes[node].name : "unknown"
    guard var hide = anonymizer.take() else { return name }
    defer { anonymizer = hide }
    return hide.name(name, "node")
  }

  private func vantage(of pick: EvidenceCollector.Pick) -> Vantage {
    let isKernelNumber = pick.frame.interface < 1 << 31
    return Vantage(
      node: collector.nodes[pick.frame.file],
      interface: isKernelNumber ? pick.frame.interface : 0,
      name: isKernelNumber ? nil : pick.frame.interfaceName,
      direction: pick.frame.direction,
      link: anonymizer == nil ? pick.frame.link : .raw
    )
  }

  // MARK: Packets

  mutating func writePacket(_ index: Int) {
    let pick = datagrams.picks[index]
    guard let interface = interfaces[vantage(of: pick)] else { return }
    var packet = PcapngEncoder.Packet(
      time: pick.frame.time,
      originalLength: pick.frame.originalLength,
      interface: interface
    )
    packet.direction =
      switch pick.frame.direction {
      case .unknown: .unknown
      case .incoming, .otherHost: .inbound
      case .outgoing: .outbound
      }
    packet.packetID = datagrams.datagram[index].map(UInt64.init)
    packet.comments = comments(on: index).map { hidden($0) }
    guard var hide = anonymizer.take() else {
      encoder.append(packet, frame: pick.bytes.span, to: &bytes)
      return
    }
    let frame = pick.sighting.map { headers(of: $0, hiddenBy: &hide) } ?? []
    anonymizer = hide
    packet.originalLength = UInt32(frame.count) + (pick.sighting?.payloadLength ?? 0)
    encoder.append(packet, frame: frame.span, to: &bytes)
  }

  private func comments(on index: Int) -> [String] {
    let pick = datagrams.picks[index]
    var comments: [String] = []
    let report = collector.report
    for mention in collector.plan.mentions[pick.frame.key] ?? [] {
      let finding = report.findings[mention.finding]
      let mode = [finding.mode, finding.name].compactMap(\.self).joined(separator: " ")
      comments.append(
        "\(finding.id), \(mode.isEmpty ? "cause undetermined" : mode): \(mention.role)"
      )
    }
    if let sighting = pick.sighting, let datagram = datagrams.datagram[index] {
      let tunnel = sighting.depth > 0 ? " (inside a tunnel)" : ""
      comments.append(stage(of: sighting, index, datagram) + tunnel)
    }
    if pick.sighting == nil, let datagram = datagrams.datagram[index] {
      comments.append("a later fragment of datagram \(datagram)")
    }
    let file = collector.files[pick.frame.file]
    comments.append("frame \(pick.frame.number) of \(file)")
    return comments
  }

  /// `after DNAT and SNAT of frame 3: default/s3, seen source 192.168.99.11:42038`.
  private func stage(of sighting: Sighting, _ index: Int, _ datagram: Int) -> String {
    let first = datagrams.first[datagram - 1]
    guard first != index, let origin = datagrams.picks[first].sighting?.tuple else {
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
