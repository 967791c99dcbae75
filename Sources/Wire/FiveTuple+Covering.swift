extension FiveTuple {
  /// Whether another one has all that this one says: port 0 is every port, and 0.0.0.0 or :: every address.
  public func covers(_ other: Self) -> Bool {
    source.covers(other.source) && destination.covers(other.destination)
  }
}

extension Endpoint {
  /// Whether it is one socket's, and stands for no others.
  public var isWhole: Bool { port != 0 && !address.isUnspecified }

  func covers(_ other: Self) -> Bool {
    (address.isUnspecified || address == other.address) && (port == 0 || port == other.port)
  }
}
