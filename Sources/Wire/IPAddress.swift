/// An IPv4 or IPv6 address as two words; IPv4 is held as its IPv4-mapped IPv6 form.
///
/// One representation for both families keeps every table and comparison free of branches on the family. An
/// IPv4-mapped address never stands in a header on the wire (RFC 4038, 4.2), so nothing is lost.
@frozen
public struct IPAddress: Hashable, Sendable {
  /// The first eight bytes, in host order.
  public var high: UInt64
  /// The last eight bytes, in host order.
  public var low: UInt64

  @inlinable
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// The IPv4 address with these four bytes, the first one in the highest place.
  @inlinable
  public init(v4 bits: UInt32) {
    high = 0
    low = 0xffff_0000_0000 | UInt64(bits)
  }

  @inlinable
  public var isV4: Bool { high == 0 && low >> 32 == 0xffff }

  /// The four bytes of an IPv4 address; meaningless for IPv6.
  @inlinable
  public var v4Bits: UInt32 { UInt32(truncatingIfNeeded: low) }
}

extension IPAddress: Comparable {
  /// By bytes; every IPv4 address comes before the global IPv6 ones.
  @inlinable
  public static func < (left: Self, right: Self) -> Bool {
    left.high != right.high ? left.high < right.high : left.low < right.low
  }
}

extension IPAddress {
  @inlinable
  public var isUnspecified: Bool { high == 0 && (low == 0 || low == 0xffff_0000_0000) }

  @inlinable
  public var isLoopback: Bool {
    isV4 ? v4Bits >> 24 == 127 : high == 0 && low == 1
  }

  @inlinable
  public var isMulticast: Bool { isV4 ? v4Bits >> 28 == 0xe : high >> 56 == 0xff }

  @inlinable
  public var isLinkLocal: Bool { isV4 ? v4Bits >> 16 == 0xa9fe : high >> 54 == 0x3fa }
}
