internal import JSONText
internal import Wire

/// The inventory that a person writes by hand, where there is no cluster to ask.
///
///     {
///       "nodes":    { "n1": ["192.168.99.11"],
///                     "n2": { "addresses": ["192.168.99.12"], "podCIDRs": ["10.244.2.0/24"] } },
///       "pods":     { "default/s1": "10.244.1.2",
///                     "default/s2": { "node": "n2", "ip": "10.244.2.2" } },
///       "services": { "default/udp": { "fronts": ["198.51.100.7:20001/udp", "*:31698"],
///                                      "backends": ["10.244.1.2:20001", "10.244.2.2:20001"],
///                                      "externalTrafficPolicy": "Local",
///                                      "sessionAffinity": "ClientIP", "timeoutSeconds": 10800 } }
///     }
///
/// Everything may be left out. All fronts of a service lead to all of its backends; a service with no front is
/// headless. A field that is not known is refused: nobody would notice a promise lost to a typing error.
/// `docs/inventory.md` tells it to users.
struct ShortForm {
  private var takenAt: Timestamp?
  private var kinds: ClusterSnapshot.Kinds = []
  private var nodes: [Node] = []
  private var pods: [Pod] = []
  private var services: [ShortService] = []

  mutating func read(_ reader: inout JSONReader) throws(JSONError) {
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "takenAt": takenAt = try reader.timestampIfAny()
      case "nodes":
        kinds.insert(.nodes)
        try reader.beginObject()
        while let name = try reader.nextKey() { nodes.append(try Self.node(name.decoded, &reader)) }
      case "pods":
        kinds.insert(.pods)
        try reader.beginObject()
        while let key = try reader.nextKey() {
          pods.append(try Self.pod(try Self.name(key, &reader), &reader))
        }
      case "services":
        kinds.formUnion([.services, .endpoints])
        try reader.beginObject()
        while let key = try reader.nextKey() {
          var service = ShortService(name: try Self.name(key, &reader))
          try service.read(&reader)
          services.append(service)
        }
      default: throw try reader.unknownField(known: "takenAt, nodes, pods, services")
      }
    }
  }

  func snapshot() -> ClusterSnapshot {
    var snapshot = ClusterSnapshot(takenAt: takenAt)
    snapshot.kinds = kinds
    snapshot.nodes = nodes
    snapshot.pods = pods
    let nodeAddresses = Set(nodes.flatMap(\.addresses))
    var podOf: [IPAddress: Pod] = [:]
    for pod in pods where !pod.isOnHostNetwork {
      for address in pod.addresses { podOf[address] = pod }
    }
    for short in services {
      snapshot.services.append(short.service(nodeAddresses: nodeAddresses))
      snapshot.endpoints += short.endpoints { address in podOf[address] }
    }
    return snapshot
  }

  private static func name(
    _ key: borrowing JSONString,
    _ reader: inout JSONReader
  ) throws(JSONError) -> ObjectName {
    guard let name = ObjectName(key.decoded) else {
      throw JSONError(
        .unsuitable(expected: "a name like default/s1 here"),
        at: try reader.startOfValue()
      )
    }
    return name
  }

  private static func node(
    _ name: String,
    _ reader: inout JSONReader
  ) throws(JSONError) -> Node {
    var node = Node(name, addresses: [])
    guard try reader.kind() == .object else {
      node.addresses = try reader.oneOrMoreAddresses()
      return node
    }
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "addresses": node.addresses = try reader.oneOrMoreAddresses()
      case "podCIDRs":
        try reader.beginArray()
        while try reader.nextElement() { node.podBlocks.append(try reader.block()) }
      default: throw try reader.unknownField(known: "addresses, podCIDRs")
      }
    }
    return node
  }

  private static func pod(
    _ name: ObjectName,
    _ reader: inout JSONReader
  ) throws(JSONError) -> Pod {
    var pod = Pod(name)
    guard try reader.kind() == .object else {
      pod.addresses = try reader.oneOrMoreAddresses()
      return pod
    }
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "node": pod.node = try reader.string()
      case "ip": pod.addresses += try reader.oneOrMoreAddresses()
      case "hostNetwork": pod.isOnHostNetwork = try reader.bool()
      default: throw try reader.unknownField(known: "node, ip, hostNetwork")
      }
    }
    return pod
  }
}

extension JSONReader {
  mutating func oneOrMoreAddresses() throws(JSONError) -> [IPAddress] {
    guard try kind() == .array else { return [try address()] }
    return try addresses()
  }

  /// The error about a key that was just read.
  mutating func unknownField(known: String) throws(JSONError) -> JSONError {
    JSONError(.unsuitable(expected: "one of the fields \(known)"), at: try startOfValue())
  }
}
