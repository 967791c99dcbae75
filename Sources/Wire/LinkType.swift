/// How the first bytes of a captured frame are to be read: a number of the tcpdump.org link-type registry.
@frozen
public struct LinkType: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt16

  @inlinable
  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  /// BSD loopback: the address family in the capturing host's byte order.
  public static let null = Self(rawValue: 0)
  public static let ethernet = Self(rawValue: 1)
  /// Raw IP as some BSDs number it in a savefile.
  public static let rawBSD = Self(rawValue: 12)
  /// Raw IP as OpenBSD numbers it in a savefile.
  public static let rawOpenBSD = Self(rawValue: 14)
  public static let raw = Self(rawValue: 101)
  /// OpenBSD loopback: the address family in network byte order.
  public static let loop = Self(rawValue: 108)
  /// Linux cooked capture, version 1: `tcpdump -i any` before 4.99.
  public static let linuxCooked = Self(rawValue: 113)
  public static let ipv4 = Self(rawValue: 228)
  public static let ipv6 = Self(rawValue: 229)
  /// Linux cooked capture, version 2: carries the interface's number.
  public static let linuxCookedV2 = Self(rawValue: 276)
}
