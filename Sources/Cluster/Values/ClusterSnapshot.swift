public import Wire

/// What the API server said about the cluster at one moment.
public struct ClusterSnapshot: Hashable, Sendable {
  /// The kinds of object that a snapshot speaks of; of the others it says nothing, not that there are none.
  public struct Kinds: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
      self.rawValue = rawValue
    }

    public static let pods = Self(rawValue: 1)
    public static let services = Self(rawValue: 2)
    public static let endpoints = Self(rawValue: 4)
    public static let nodes = Self(rawValue: 8)
  }

  public var takenAt: Timestamp?
  public var kinds: Kinds
  public var pods: [Pod]
  public var services: [Service]
  public var endpoints: [EndpointGroup]
  public var nodes: [Node]

  public init(takenAt: Timestamp? = nil) {
    self.takenAt = takenAt
    kinds = []
    pods = []
    services = []
    endpoints = []
    nodes = []
  }

  /// Puts everything in order of its name and each object in once: of several the last counts.
  public mutating func normalize() {
    pods = lastOfEach(pods, by: { $0.name })
    services = lastOfEach(services, by: { $0.name })
    nodes = lastOfEach(nodes, by: { $0.name })
    endpoints = merged(endpoints)
  }
}

private func lastOfEach<Object, Name: Hashable & Comparable>(
  _ objects: [Object],
  by name: (Object) -> Name
) -> [Object] {
  var last: [Name: Int] = [:]
  last.reserveCapacity(objects.count)
  for (index, object) in objects.enumerated() { last[name(object)] = index }
  return last.sorted { $0.key < $1.key }.map { objects[$0.value] }
}

/// Joins the groups of one service port and, in each, the records of one endpoint.
private func merged(_ groups: [EndpointGroup]) -> [EndpointGroup] {
  struct Key: Hashable {
    var service: ObjectName
    var portName: String
    var transport: Transport
  }
  var joined: [Key: [EndpointRecord]] = [:]
  for group in groups {
    let key = Key(
      service: group.service,
      portName: group.portName,
      transport: group.transport
    )
    joined[key, default: []] += group.records
  }
  // Nothing behind a port is said by its having no group, whether a slice says so or nobody does.
  return
    joined.filter { !$0.value.isEmpty }.map { key, records in
      // A slice being replaced lists an endpoint twice for a moment; ready anywhere is ready.
      var unique: [Endpoint: EndpointRecord] = [:]
      for record in records {
        guard var known = unique[record.endpoint] else {
          unique[record.endpoint] = record
          continue
        }
        known.isReady = known.isReady || record.isReady
        known.isServing = known.isServing || record.isServing
        known.isTerminating = known.isTerminating && record.isTerminating
        unique[record.endpoint] = known
      }
      return EndpointGroup(
        key.service,
        portName: key.portName,
        over: key.transport,
        records: unique.values.sorted { $0.endpoint < $1.endpoint }
      )
    }
    .sorted { left, right in
      if left.service != right.service { return left.service < right.service }
      if left.portName != right.portName { return left.portName < right.portName }
      return left.transport.rawValue < right.transport.rawValue
    }
}
