/// A name as a datagram gave it, kept in place: such names cross threads and fill tables without the heap.
///
/// A pod's name may have 253 bytes; nearly all have fewer than 64. Of a longer one the beginning is kept.
@frozen
public struct StatedName: Hashable, Sendable {
  // The bytes in their order, zeros behind them; the last byte says how many they are, or that they were too many.
  private var first: UInt128 = 0
  private var second: UInt128 = 0
  private var third: UInt128 = 0
  private var fourth: UInt128 = 0

  static let capacity = 63
  private static let tooMany = 255

  public init(_ bytes: Span<UInt8>) {
    for index in 0..<min(bytes.count, Self.capacity) { set(index, bytes[index]) }
    let isCut = bytes.count > Self.capacity
    set(Self.capacity, UInt8(isCut ? Self.tooMany : bytes.count))
  }

  public init(_ text: String) {
    self.init(Array(text.utf8).span)
  }

  private var claimedCount: Int { Int(byte(Self.capacity)) }

  /// What is kept of it, with one byte more where that is not all: a name is made from them again.
  public var bytes: [UInt8] {
    let kept = (0..<min(claimedCount, Self.capacity)).map(byte)
    return claimedCount > Self.capacity ? kept + [0] : kept
  }

  /// What is kept, fit to be printed.
  public var text: String {
    let count = min(claimedCount, Self.capacity)
    return String(decoding: (0..<count).map(byte), as: UTF8.self).printable
  }

  private func byte(_ index: Int) -> UInt8 {
    let word =
      switch index >> 4 {
      case 0: first
      case 1: second
      case 2: third
      default: fourth
      }
    return UInt8(truncatingIfNeeded: word >> UInt128(8 * (index & 15)))
  }

  private mutating func set(_ index: Int, _ byte: UInt8) {
    let bits = UInt128(byte) << UInt128(8 * (index & 15))
    switch index >> 4 {
    case 0: first |= bits
    case 1: second |= bits
    case 2: third |= bits
    default: fourth |= bits
    }
  }
}
