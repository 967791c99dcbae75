internal import JSONText

/// A kind of object that an inventory is made of.
public enum ObjectKind: String, CaseIterable, Hashable, Sendable {
  case pods, services, nodes
  case endpointSlices = "endpointslices"

  /// What a snapshot that lists it knows of.
  public var kinds: ClusterSnapshot.Kinds {
    switch self {
    case .pods: .pods
    case .services: .services
    case .nodes: .nodes
    case .endpointSlices: .endpoints
    }
  }
}

/// An object as the API server lists it: its own name, the version, and what of it is kept.
public struct ListedObject: Hashable, Sendable {
  public enum Content: Hashable, Sendable {
    case pod(Pod)
    case service(Service)
    case node(Node)
    /// A slice holds a part of a service's endpoints, under a name of its own.
    case endpoints([EndpointGroup])
  }

  public var name: ObjectName
  public var resourceVersion: String
  public var content: Content

  init(_ reader: inout JSONReader, of kind: ObjectKind) throws(JSONError) {
    (name, resourceVersion) = try Self.identity(of: reader)
    switch kind {
    case .pods: content = .pod(try reader.pod())
    case .services: content = .service(try reader.service())
    case .nodes: content = .node(try reader.node())
    case .endpointSlices: content = .endpoints(try reader.endpointSlice())
    }
  }

  /// Reads ahead what an object is called; its `metadata` stands at its beginning.
  static func identity(of reader: JSONReader) throws(JSONError) -> (ObjectName, version: String) {
    var ahead = reader
    var name = ObjectName("default", "")
    var version = ""
    let start = try ahead.startOfValue()
    try ahead.beginObject()
    while let key = try ahead.nextKey() {
      guard key.equals("metadata") else { continue }
      guard try ahead.entersObject() else { break }
      while let key = try ahead.nextKey() {
        switch key {
        case "name": name.name = try ahead.string()
        case "namespace": name.namespace = try ahead.stringIfAny() ?? name.namespace
        case "resourceVersion": version = try ahead.stringIfAny() ?? ""
        default: break
        }
      }
      return (name, version)
    }
    throw JSONError(.missing("metadata"), at: start)
  }
}
