/// A node of a `ClusterHistory`, as an index into it: hot code compares it where it would compare names.
public struct NodeID: Hashable, Comparable, Sendable {
  public var index: Int32

  public init(index: Int32) {
    self.index = index
  }

  public static func < (left: Self, right: Self) -> Bool { left.index < right.index }
}

/// A pod of a `ClusterHistory`; a successor of the same name has another.
public struct PodID: Hashable, Comparable, Sendable {
  public var index: Int32

  public init(index: Int32) {
    self.index = index
  }

  public static func < (left: Self, right: Self) -> Bool { left.index < right.index }
}

/// A service of a `ClusterHistory`, the same one however it was edited.
public struct ServiceID: Hashable, Comparable, Sendable {
  public var index: Int32

  public init(index: Int32) {
    self.index = index
  }

  public static func < (left: Self, right: Self) -> Bool { left.index < right.index }
}

/// One port of a service of a `ClusterHistory`, told by its number and protocol.
public struct ServicePortID: Hashable, Comparable, Sendable {
  public var index: Int32

  public init(index: Int32) {
    self.index = index
  }

  public static func < (left: Self, right: Self) -> Bool { left.index < right.index }
}
