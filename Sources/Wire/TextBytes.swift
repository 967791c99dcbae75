/// The bytes that one `append(to:)` gives.
func textBytes(_ append: (inout [UInt8]) -> Void) -> [UInt8] {
  var text: [UInt8] = []
  text.reserveCapacity(48)
  append(&text)
  return text
}

extension [UInt8] {
  /// Appends the digits of a number, with zeros in front up to `width`.
  mutating func append(decimal number: UInt64, width: Int = 1) {
    var length = width
    var rest = number
    for _ in 0..<width { rest /= 10 }
    while rest > 0 {
      length += 1
      rest /= 10
    }
    // Filled from the end: room is made once, where appending asks for each digit whether there is any.
    append(contentsOf: repeatElement(UInt8(ascii: "0"), count: length))
    var place = count - 1
    rest = number
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
