public import Cluster
public import Wire

/// What an analysis is asked about: all services, or those named.
public struct ServiceScope: Sendable {
  public var names: Set<ObjectName> = []
  public var fronts: Set<Endpoint> = []

  public init() {}

  func includes(front: Endpoint, service: ObjectName?) -> Bool {
    if names.isEmpty, fronts.isEmpty { return true }
    return fronts.contains(front) || service.map(names.contains) == true
  }
}
