internal import JSONText
internal import Wire

extension JSONReader {
  /// A `discovery.k8s.io` EndpointSlice: one group for each of its ports; none where it serves no service.
  mutating func endpointSlice() throws(JSONError) -> [EndpointGroup] {
    struct Port {
      var name = ""
      var transport = Transport.tcp
      var number: UInt16?
    }
    let start = try startOfValue()
    var metadata: Metadata?
    var ports: [Port] = []
    // Their ports come after the endpoints in the text: the number is filled in at the end.
    var records: [EndpointRecord] = []
    var holdsNames = false
    try beginObject()
    while let key = try nextKey() {
      switch key {
      case "metadata": metadata = try self.metadata()
      case "addressType": holdsNames = try text().equals("FQDN")
      case "endpoints":
        records = []
        guard try entersArray() else { break }
        while try nextElement() { records += try endpoint(holdsNames: holdsNames) }
      case "ports":
        ports = []
        guard try entersArray() else { break }
        while try nextElement() {
          var port = Port()
          try beginObject()
          while let key = try nextKey() {
            switch key {
            case "name": port.name = try stringIfAny() ?? ""
            case "protocol": port.transport = try transport()
            case "port": port.number = try portIfAny()
            default: break
            }
          }
          ports.append(port)
        }
      default: break
      }
    }
    guard let metadata else { throw JSONError(.missing("metadata"), at: start) }
    guard let service = metadata.serviceName, !holdsNames else { return [] }
    return ports.compactMap { port in
      guard let number = port.number else { return nil }
      return EndpointGroup(
        ObjectName(metadata.name.namespace, service),
        portName: port.name,
        over: port.transport,
        records: records.map { record in
          var record = record
          record.endpoint.port = number
          return record
        }
      )
    }
  }

  /// One element of `endpoints`, which may hold several addresses.
  private mutating func endpoint(holdsNames: Bool) throws(JSONError) -> [EndpointRecord] {
    let start = try startOfValue()
    var addresses: [IPAddress]?
    var isReady: Bool?
    var isServing: Bool?
    var isTerminating = false
    var node: String?
    var pod: ObjectName?
    var podUID = ""
    try beginObject()
    while let key = try nextKey() {
      switch key {
      case "addresses":
        // A slice of names is of no use here, and its addresses are none.
        if holdsNames { addresses = [] } else { addresses = try self.addresses() }
      case "conditions":
        guard try entersObject() else { break }
        while let key = try nextKey() {
          switch key {
          case "ready": isReady = try boolIfAny()
          case "serving": isServing = try boolIfAny()
          case "terminating": isTerminating = try boolIfAny() ?? false
          default: break
          }
        }
      case "nodeName": node = try stringIfAny()
      case "targetRef": (pod, podUID) = try targetPod()
      default: break
      }
    }
    guard let addresses else { throw JSONError(.missing("addresses"), at: start) }
    // Unknown readiness is to be taken as ready, unknown serving as readiness (API reference).
    let ready = isReady ?? true
    return addresses.map { address in
      EndpointRecord(
        Endpoint(address, 0),
        isReady: ready,
        isServing: isServing ?? ready,
        isTerminating: isTerminating,
        node: node,
        pod: pod,
        podUID: podUID
      )
    }
  }

  private mutating func targetPod() throws(JSONError) -> (ObjectName?, String) {
    guard try entersObject() else { return (nil, "") }
    var isPod = true
    var namespace = "default"
    var name: String?
    var uid = ""
    while let key = try nextKey() {
      switch key {
      case "kind": isPod = try text().equals("Pod")
      case "namespace": namespace = try stringIfAny() ?? namespace
      case "name": name = try stringIfAny()
      case "uid": uid = try stringIfAny() ?? ""
      default: break
      }
    }
    guard isPod, let name else { return (nil, "") }
    return (ObjectName(namespace, name), uid)
  }
}
