/// The bytes that one `append(to:)` gives.
func textBytes(_ append: (inout [UInt8]) -> Void) -> [UInt8] {
  var text: [UInt8] = []
  text.reserveCapacity(48)
  append(&text)
  return text
}

extension [UInt8] {
  /// Appends the digits of a number, with zeros in front up to `width`.
  public mutating func append(decimal number: UInt64, width: Int = 1) {
    // Filled from the end: room is made once, where appending asks for each digit whether there is any.
    append(contentsOf: repeatElement(UInt8(ascii: "0"), count: Swift.max(width, number.digitCount)))
    var place = count - 1
    var rest = number
    var written = mutableSpan
    while rest > 0 {
      written[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
      place -= 1
    }
  }

  /// Appends the digits of a number to the base 16, without zeros in front.
  mutating func append(hexadecimal number: UInt16) {
    var shift = 12
    while shift > 0, number >> shift == 0 { shift -= 4 }
    while shift >= 0 {
      let digit = UInt8(truncatingIfNeeded: number >> shift) & 0xf
      append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      shift -= 4
    }
  }
}

extension UInt64 {
  /// How many decimal digits the number has.
  public var digitCount: Int {
    var count = 1
    var rest = self / 10
    while rest > 0 {
      count += 1
      rest /= 10
    }
    return count
  }
}
