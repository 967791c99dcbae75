public import Wire

/// A machine of the cluster.
public struct Node: Hashable, Sendable {
  public var name: String
  /// Its internal and external addresses, in the order given; a hostname that is an address counts too.
  public var addresses: [IPAddress]
  /// Where the addresses of its pods come from.
  public var podBlocks: [AddressBlock]
  public var isReady: Bool

  public init(
    _ name: String,
    addresses: [IPAddress],
    podBlocks: [AddressBlock] = [],
    isReady: Bool = true
  ) {
    self.name = name
    self.addresses = addresses
    self.podBlocks = podBlocks
    self.isReady = isReady
  }
}
