public import Wire

/// What the API server last said of every object, by its name.
public struct ObjectStore: Sendable {
  private var pods: [ObjectName: Pod] = [:]
  private var services: [ObjectName: Service] = [:]
  private var nodes: [ObjectName: Node] = [:]
  private var slices: [ObjectName: [EndpointGroup]] = [:]

  public init() {}

  public var objectCount: Int { pods.count + services.count + nodes.count + slices.count }

  /// Keeps an object; says whether that changes anything that is kept.
  public mutating func put(_ object: ListedObject) -> Bool {
    switch object.content {
    case .pod(let pod): pods.updateValue(pod, forKey: object.name) != pod
    case .service(let service): services.updateValue(service, forKey: object.name) != service
    case .node(let node): nodes.updateValue(node, forKey: object.name) != node
    case .endpoints(let groups): slices.updateValue(groups, forKey: object.name) != groups
    }
  }

  /// Forgets an object; says whether it was known.
  public mutating func remove(_ name: ObjectName, of kind: ObjectKind) -> Bool {
    switch kind {
    case .pods: pods.removeValue(forKey: name) != nil
    case .services: services.removeValue(forKey: name) != nil
    case .nodes: nodes.removeValue(forKey: name) != nil
    case .endpointSlices: slices.removeValue(forKey: name) != nil
    }
  }

  /// Puts a whole list in the place of what was known of its kind; says whether that changes anything.
  public mutating func replace(_ kind: ObjectKind, with other: Self) -> Bool {
    switch kind {
    case .pods:
      defer { pods = other.pods }
      return pods != other.pods
    case .services:
      defer { services = other.services }
      return services != other.services
    case .nodes:
      defer { nodes = other.nodes }
      return nodes != other.nodes
    case .endpointSlices:
      defer { slices = other.slices }
      return slices != other.slices
    }
  }

  /// Everything, in order; of kinds other than `kinds` nothing is known.
  public func snapshot(
    takenAt time: Timestamp,
    kinds: ClusterSnapshot.Kinds
  ) -> ClusterSnapshot {
    var snapshot = ClusterSnapshot(takenAt: time)
    snapshot.kinds = kinds
    snapshot.pods = Array(pods.values)
    snapshot.services = Array(services.values)
    snapshot.nodes = Array(nodes.values)
    snapshot.endpoints = slices.sorted { $0.key < $1.key }.flatMap(\.value)
    snapshot.normalize()
    return snapshot
  }
}
