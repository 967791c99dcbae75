internal import JSONText
internal import Wire

/// A service of the short form: one port a protocol, to which all fronts and backends of that protocol belong.
struct ShortService {
  /// `198.51.100.7:20001/udp`; an address of `nil` was written `*`: every node.
  private struct Place: Hashable {
    var address: IPAddress?
    var port: UInt16
    var transport: Transport
  }

  var name: ObjectName
  private var fronts: [Place] = []
  private var backends: [Place] = []
  private var clusterIPs: [IPAddress] = []
  private var kind: Service.Kind?
  private var externalTrafficPolicy = Service.TrafficPolicy.cluster
  private var internalTrafficPolicy = Service.TrafficPolicy.cluster
  private var isSticky = false
  private var timeout = Service.Affinity.defaultTimeout
  private var announcer: Service.Announcer?

  init(name: ObjectName) {
    self.name = name
  }

  mutating func read(_ reader: inout JSONReader) throws(JSONError) {
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "fronts": fronts = try Self.places(&reader, mayBeAnyNode: true)
      case "backends": backends = try Self.places(&reader, mayBeAnyNode: false)
      case "clusterIPs": clusterIPs = try reader.oneOrMoreAddresses()
      case "type": kind = try reader.word("ClusterIP, NodePort or LoadBalancer")
      case "externalTrafficPolicy": externalTrafficPolicy = try reader.word("Cluster or Local")
      case "internalTrafficPolicy": internalTrafficPolicy = try reader.word("Cluster or Local")
      case "sessionAffinity":
        let start = try reader.startOfValue()
        let text = try reader.text()
        guard text.equals("ClientIP") || text.equals("None") else {
          throw JSONError(.unsuitable(expected: "ClientIP or None"), at: start)
        }
        isSticky = text.equals("ClientIP")
      case "timeoutSeconds": timeout = try reader.seconds()
      case "announcer": announcer = try reader.word("MetalLB, kube-vip or Cilium")
      default:
        throw try reader.unknownField(
          known: "fronts, backends, clusterIPs, type, externalTrafficPolicy, "
            + "internalTrafficPolicy, sessionAffinity, timeoutSeconds, announcer"
        )
      }
    }
  }

  private static func places(
    _ reader: inout JSONReader,
    mayBeAnyNode: Bool
  ) throws(JSONError) -> [Place] {
    var places: [Place] = []
    try reader.beginArray()
    while try reader.nextElement() {
      let start = try reader.startOfValue()
      guard let place = place(try reader.string()), mayBeAnyNode || place.address != nil else {
        let example = mayBeAnyNode ? "198.51.100.7:53/udp or *:30053" : "10.244.1.2:53"
        throw JSONError(.unsuitable(expected: "an address and port like \(example)"), at: start)
      }
      places.append(place)
    }
    return places
  }

  private static func place(_ text: String) -> Place? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count),
      let transport = parts.count == 2 ? Transport(named: String(parts[1])) : .udp
    else { return nil }
    let isAnyNode = parts[0].hasPrefix("*:")
    // Any address will do to read the port after the star.
    let endpoint = Endpoint(isAnyNode ? "0.0.0.0" + parts[0].dropFirst() : String(parts[0]))
    guard let endpoint, endpoint.port > 0 else { return nil }
    return Place(
      address: isAnyNode ? nil : endpoint.address,
      port: endpoint.port,
      transport: transport
    )
  }

  // MARK: As Kubernetes would have it

  private var transports: [Transport] {
    Set((fronts + backends).map(\.transport)).sorted { $0.rawValue < $1.rawValue }
  }

  func service(nodeAddresses: Set<IPAddress>) -> Service {
    func isOfNode(_ place: Place) -> Bool {
      place.address.map { nodeAddresses.contains($0) } ?? true
    }
    let hasOwnAddress = fronts.contains { !isOfNode($0) }
    var service = Service(
      name,
      kind: kind ?? (hasOwnAddress ? .loadBalancer : fronts.isEmpty ? .clusterIP : .nodePort)
    )
    service.isHeadless = fronts.isEmpty && clusterIPs.isEmpty
    service.externalTrafficPolicy = externalTrafficPolicy
    service.internalTrafficPolicy = internalTrafficPolicy
    service.affinity = isSticky ? .clientIP(timeout: timeout) : .none
    service.announcer = announcer
    for (index, transport) in transports.enumerated() {
      let places = fronts.filter { $0.transport == transport }
      let targets = backends.filter { $0.transport == transport }
      let own = places.first { !isOfNode($0) }
      let number = own ?? targets.first ?? places.first
      guard let number else { continue }
      var port = ServicePort(
        number.port,
        over: transport,
        name: Self.portName(transport),
        target: .number(targets.first?.port ?? number.port)
      )
      for place in places {
        if isOfNode(place), port.nodePort ?? place.port == place.port {
          port.nodePort = place.port
        } else if let address = place.address {
          service.fronts.append(
            ServiceFront(
              Endpoint(address, place.port),
              isOfNode(place) ? .nodePort : service.kind == .clusterIP ? .clusterIP : .loadBalancer,
              portIndex: index
            )
          )
        }
      }
      for address in clusterIPs {
        service.fronts.append(
          ServiceFront(Endpoint(address, port.port), .clusterIP, portIndex: index)
        )
      }
      service.ports.append(port)
    }
    return service
  }

  func endpoints(pod: (IPAddress) -> Pod?) -> [EndpointGroup] {
    transports.map { transport in
      EndpointGroup(
        name,
        portName: Self.portName(transport),
        over: transport,
        records: backends.compactMap { place in
          guard place.transport == transport, let address = place.address else { return nil }
          let pod = pod(address)
          return EndpointRecord(
            Endpoint(address, place.port),
            node: pod?.node,
            pod: pod?.name,
            podUID: pod?.uid ?? ""
          )
        }
      )
    }
  }

  /// Ties a port to its endpoints, as names do in Kubernetes.
  private static func portName(_ transport: Transport) -> String { transport.lowercaseName }
}
