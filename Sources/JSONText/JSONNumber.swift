/// A number of a JSON text where it lies, with all the digits that were written.
public struct JSONNumber: ~Escapable {
  /// The characters of the number, all of them ASCII.
  public let bytes: Span<UInt8>
  /// True where it was written with neither a fraction nor an exponent.
  public let isInteger: Bool

  @_lifetime(copy bytes)
  init(_ bytes: Span<UInt8>, isInteger: Bool) {
    self.bytes = bytes
    self.isInteger = isInteger
  }

  public var text: String { String(copying: bytes) }

  /// The value, unless it has a fraction or an exponent or needs more than 64 bits.
  public var integer: Int64? {
    guard isInteger, bytes.count > 0 else { return nil }
    let isNegative = bytes[0] == UInt8(ascii: "-")
    var value: Int64 = 0
    for index in (isNegative ? 1 : 0)..<bytes.count {
      let digit = Int64(bytes[index] & 0xf)
      let (tenfold, tooBig) = value.multipliedReportingOverflow(by: 10)
      // Built up downwards, since the lowest number has no positive twin.
      let (next, tooFar) = tenfold.subtractingReportingOverflow(digit)
      guard !tooBig, !tooFar else { return nil }
      value = next
    }
    guard !isNegative else { return value }
    return value == .min ? nil : -value
  }

  /// The nearest `Double`, unless that is infinite.
  public var double: Double? {
    if let integer { return Double(integer) }
    guard let value = Double(text), value.isFinite else { return nil }
    return value
  }
}
