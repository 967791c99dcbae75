/// What Kubernetes calls a namespaced object: `default/s1`.
public struct ObjectName: Hashable, Sendable {
  public var namespace: String
  public var name: String

  public init(_ namespace: String, _ name: String) {
    self.namespace = namespace
    self.name = name
  }
}

extension ObjectName: Comparable {
  public static func < (left: Self, right: Self) -> Bool {
    left.namespace != right.namespace ? left.namespace < right.namespace : left.name < right.name
  }
}

extension ObjectName: CustomStringConvertible, LosslessStringConvertible {
  public var description: String { "\(namespace)/\(name)" }

  /// Reads `namespace/name`, or a bare name of the namespace `default`.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }), let last = parts.last
    else { return nil }
    self.init(parts.count == 2 ? String(parts[0]) : "default", String(last))
  }
}
