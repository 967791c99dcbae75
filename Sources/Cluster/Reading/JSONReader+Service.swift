internal import JSONText
internal import Wire

extension JSONReader {
  /// A `v1` Service.
  mutating func service() throws(JSONError) -> Service {
    let start = try startOfValue()
    var metadata: Metadata?
    var service = Service(ObjectName("", ""))
    var addresses: [(IPAddress, FrontKind)] = []
    try beginObject()
    while let key = try nextKey() {
      switch key {
      case "metadata": metadata = try self.metadata()
      case "spec": try readSpec(into: &service, &addresses)
      case "status": try readStatus(into: &addresses)
      default: break
      }
    }
    guard let metadata else { throw JSONError(.missing("metadata"), at: start) }
    service.name = metadata.name
    service.announcer = service.announcer ?? metadata.announcer
    if service.fronts.isEmpty { service.fronts = service.fronts(at: addresses) }
    service.fronts.removeAll { !service.ports.indices.contains($0.portIndex) }
    return service
  }

  private mutating func readSpec(
    into service: inout Service,
    _ addresses: inout [(IPAddress, FrontKind)]
  ) throws(JSONError) {
    guard try entersObject() else { return }
    var first: IPAddress?
    var all: [IPAddress] = []
    var external: [IPAddress] = []
    var isSticky = false
    var timeout = Service.Affinity.defaultTimeout
    while let key = try nextKey() {
      switch key {
      case "type":
        if try !isNull() {
          service.kind = try word("ClusterIP, NodePort, LoadBalancer or ExternalName")
        }
      case "clusterIP":
        var ahead = self
        if try ahead.kind() == .string { service.isHeadless = try ahead.text().equals("None") }
        first = try addressIfAny()
      case "clusterIPs": all = try self.addresses()
      case "externalIPs": external = try self.addresses()
      case "ports": service.ports = try ports()
      case "fronts": service.fronts = try fronts()
      case "externalTrafficPolicy":
        if try !isNull() { service.externalTrafficPolicy = try word("Cluster or Local") }
      case "internalTrafficPolicy":
        if try !isNull() { service.internalTrafficPolicy = try word("Cluster or Local") }
      case "sessionAffinity":
        if try isNull() { break }
        let start = try startOfValue()
        let text = try text()
        switch text {
        case "ClientIP": isSticky = true
        case "None", "": isSticky = false
        default: throw JSONError(.unsuitable(expected: "ClientIP or None"), at: start)
        }
      case "sessionAffinityConfig": timeout = try affinityTimeout() ?? timeout
      case "healthCheckNodePort": service.healthCheckNodePort = try portIfAny()
      case "loadBalancerClass":
        if try !isNull() { service.announcer = Service.Announcer(hint: try text()) }
      default: break
      }
    }
    if let first, !all.contains(first) { all.insert(first, at: 0) }
    service.affinity = isSticky ? .clientIP(timeout: timeout) : .none
    addresses += all.map { ($0, .clusterIP) } + external.map { ($0, .externalIP) }
  }

  private mutating func ports() throws(JSONError) -> [ServicePort] {
    var ports: [ServicePort] = []
    guard try entersArray() else { return ports }
    while try nextElement() {
      let start = try startOfValue()
      var number: UInt16?
      var name = ""
      // What the API server fills in.
      var transport = Transport.tcp
      var target: ServicePort.Target?
      var nodePort: UInt16?
      try beginObject()
      while let key = try nextKey() {
        switch key {
        case "port": number = try port()
        case "name": name = try stringIfAny() ?? ""
        case "protocol": transport = try self.transport()
        case "targetPort": target = try self.target()
        case "nodePort": nodePort = try portIfAny()
        default: break
        }
      }
      guard let number else { throw JSONError(.missing("port"), at: start) }
      ports.append(
        ServicePort(number, over: transport, name: name, target: target, nodePort: nodePort)
      )
    }
    return ports
  }

  /// Not Kubernetes' own: where a snapshot that was written again has fronts that its addresses do not explain.
  private mutating func fronts() throws(JSONError) -> [ServiceFront] {
    var fronts: [ServiceFront] = []
    guard try entersArray() else { return fronts }
    while try nextElement() {
      let start = try startOfValue()
      var (endpoint, kind, index): (Endpoint?, FrontKind?, Int?) = (nil, nil, nil)
      try beginObject()
      while let key = try nextKey() {
        switch key {
        case "endpoint": endpoint = Endpoint(try string())
        case "kind":
          let name = try string()
          kind = FrontKind.allCases.first { "\($0)" == name }
        case "port": index = Int(exactly: try integer())
        default: break
        }
      }
      guard let endpoint, let kind, let index else {
        throw JSONError(.unsuitable(expected: "a front's endpoint, kind and port"), at: start)
      }
      fronts.append(ServiceFront(endpoint, kind, portIndex: index))
    }
    return fronts
  }

  private mutating func target() throws(JSONError) -> ServicePort.Target? {
    switch try kind() {
    case .string:
      let name = try string()
      return name.isEmpty ? nil : .name(name)
    default: return try portIfAny().map(ServicePort.Target.number)
    }
  }

  private mutating func affinityTimeout() throws(JSONError) -> Interval? {
    var timeout: Interval?
    guard try entersObject() else { return nil }
    while let key = try nextKey() {
      guard key.equals("clientIP"), try entersObject() else { continue }
      while let key = try nextKey() {
        if key.equals("timeoutSeconds"), try !isNull() { timeout = try seconds() }
      }
    }
    return timeout
  }

  /// A timeout in seconds; Kubernetes allows a day at most.
  mutating func seconds() throws(JSONError) -> Interval {
    let start = try startOfValue()
    let seconds = try integer()
    guard (1...86_400).contains(seconds) else {
      throw JSONError(.unsuitable(expected: "1 to 86400 seconds"), at: start)
    }
    return .seconds(seconds)
  }

  private mutating func readStatus(
    into addresses: inout [(IPAddress, FrontKind)]
  ) throws(JSONError) {
    guard try entersObject() else { return }
    while let key = try nextKey() {
      guard key.equals("loadBalancer"), try entersObject() else { continue }
      while let key = try nextKey() {
        guard key.equals("ingress"), try entersArray() else { continue }
        while try nextElement() {
          guard try entersObject() else { continue }
          while let key = try nextKey() {
            if key.equals("ip"), let address = try addressIfAny() {
              addresses.append((address, .loadBalancer))
            }
          }
        }
      }
    }
  }
}
