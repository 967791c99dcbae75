public import Wire

/// The source that a pod saw, in 48 bits, masked with the client's id so that no box on the way rewrites it.
///
/// The high 32 bits are the IPv4 address XOR the id, the low 16 the port XOR the id's upper half. For an IPv6 source
/// the four words of its address are folded into one by XOR: a change still shows, and the port can be read, but not
/// the address.
@frozen
public struct ReflectiveAddress: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt64

  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  public init(_ source: Endpoint, id: UInt32) {
    let address = source.address
    let word: UInt32 =
      address.isV4
      ? address.v4Bits
      : UInt32(
        truncatingIfNeeded: address.high >> 32 ^ address.high ^ address.low >> 32 ^ address.low
      )
    rawValue = UInt64(word ^ id) << 16 | UInt64(source.port ^ UInt16(truncatingIfNeeded: id >> 16))
  }

  /// The IPv4 source that the pod saw, as the client with this id can tell.
  public func source(id: UInt32) -> Endpoint {
    Endpoint(
      IPAddress(v4: UInt32(truncatingIfNeeded: rawValue >> 16) ^ id),
      UInt16(truncatingIfNeeded: rawValue) ^ UInt16(truncatingIfNeeded: id >> 16)
    )
  }
}
