public import Wire

/// A block of addresses such as `10.244.1.0/24`, as a node has one for its pods.
public struct AddressBlock: Hashable, Sendable {
  /// The network's own address: every bit after the prefix is zero.
  public let network: IPAddress
  /// Bits of the 128 that an address takes here; an IPv4 prefix is 96 longer than it is written.
  public let prefixLength: UInt8

  public init(around address: IPAddress, prefixLength: UInt8) {
    self.prefixLength = min(prefixLength, 128)
    network = address.masked(to: self.prefixLength)
  }

  public func contains(_ address: IPAddress) -> Bool {
    address.masked(to: prefixLength) == network
  }

  /// The first address after the network's own; by custom the bridge of the node's pods.
  public var firstHost: IPAddress {
    IPAddress(high: network.high, low: network.low | 1)
  }
}

extension AddressBlock: CustomStringConvertible, LosslessStringConvertible {
  public var description: String {
    "\(network)/\(network.isV4 && prefixLength >= 96 ? prefixLength - 96 : prefixLength)"
  }

  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = IPAddress(parts[0]),
      parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let length = UInt8(parts[1]),
      length <= (address.isV4 ? 32 : 128)
    else { return nil }
    self.init(around: address, prefixLength: address.isV4 ? length + 96 : length)
  }
}

extension IPAddress {
  /// This address with every bit after the first `length` cleared.
  func masked(to length: UInt8) -> IPAddress {
    let bits = UInt64(length)
    // Swift's shifts give zero where they shift everything out.
    return IPAddress(
      high: high & ~(UInt64.max >> min(bits, 64)),
      low: bits <= 64 ? 0 : low & ~(UInt64.max >> (bits - 64))
    )
  }
}
