extension [UInt8] {
  /// Appends the lowest `length` bytes of a number, the highest of them first.
  mutating func append(bigEndian number: UInt64, length: Int) {
    var shift = 8 * length
    while shift > 0 {
      shift -= 8
      append(UInt8(truncatingIfNeeded: number >> UInt64(shift)))
    }
  }

  mutating func append(bigEndian number: UInt16) {
    append(UInt8(truncatingIfNeeded: number >> 8))
    append(UInt8(truncatingIfNeeded: number))
  }

  /// Overwrites `length` bytes from `offset` on, which are there.
  mutating func put(bigEndian number: UInt64, length: Int, at offset: Int) {
    for index in 0..<length {
      self[offset + index] = UInt8(truncatingIfNeeded: number >> UInt64(8 * (length - 1 - index)))
    }
  }
}

extension Span<UInt8> {
  /// The number that `length` bytes are, at most eight; the caller has checked that they are there.
  func integer(at offset: Int, length: Int) -> UInt64 {
    var number: UInt64 = 0
    for index in offset..<offset + length { number = number << 8 | UInt64(self[index]) }
    return number
  }

  func integer16(at offset: Int) -> UInt16 {
    UInt16(self[offset]) << 8 | UInt16(self[offset + 1])
  }
}
