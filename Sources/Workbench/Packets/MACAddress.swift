/// A 48-bit Ethernet address.
public struct MACAddress: Hashable, Sendable {
  public var bits: UInt64

  public init(_ bits: UInt64) {
    self.bits = bits & 0xffff_ffff_ffff
  }

  public static let broadcast = Self(0xffff_ffff_ffff)

  public var bytes: [UInt8] {
    stride(from: UInt64(40), through: 0, by: -8).map { UInt8(truncatingIfNeeded: bits >> $0) }
  }
}
