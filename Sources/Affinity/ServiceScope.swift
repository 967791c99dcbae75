public import Cluster
public import Wire

/// What an analysis is asked about: all services, or those named.
public struct ServiceScope: Sendable {
  public var names: Set<ObjectName> = []
  public var fronts: Set<Endpoint> = []

  public init() {}

  var includesAll: Bool { names.isEmpty && fronts.isEmpty }

  func includes(front: Endpoint, service: ObjectName?) -> Bool {
    if includesAll { return true }
    return fronts.contains(front) || service.map(names.contains) == true
  }
}
