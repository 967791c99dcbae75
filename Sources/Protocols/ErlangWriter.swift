/// How Erlang's atoms are written: as Latin-1 with two bytes of length, or, since OTP 26, as UTF-8 with one.
public enum ErlangAtoms: Hashable, Sendable {
  case atom
  case smallUTF8
}

extension OutputSpan where Element == UInt8 {
  mutating func append(atom name: StaticString, as encoding: ErlangAtoms) {
    switch encoding {
    case .atom:
      append(100)
      append(bigEndian: UInt16(name.utf8CodeUnitCount))
    case .smallUTF8:
      append(119)
      append(UInt8(name.utf8CodeUnitCount))
    }
    append(name)
  }

  mutating func append(binary: [UInt8]) {
    append(109)
    append(bigEndian: UInt32(binary.count))
    append(binary)
  }

  /// The shortest form, as `term_to_binary` writes it.
  mutating func append(term value: UInt64) {
    if value <= 255 {
      append(97)
      append(UInt8(value))
    } else if value <= UInt64(Int32.max) {
      append(98)
      append(bigEndian: UInt32(value))
    } else {
      let count = (64 - value.leadingZeroBitCount + 7) / 8
      append(110)
      append(UInt8(count))
      append(0)
      for index in 0..<count { append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
    }
  }

  /// A map of so many pairs, its version byte first.
  mutating func append(mapOf count: UInt32) {
    append(ErlangReader.version)
    append(116)
    append(bigEndian: count)
  }
}
