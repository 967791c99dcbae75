/// Big-endian reads at an offset that the caller has checked.
extension Span where Element == UInt8 {
  package func integer16(at offset: Int) -> UInt16 {
    UInt16(self[offset]) << 8 | UInt16(self[offset + 1])
  }

  package func integer32(at offset: Int) -> UInt32 {
    UInt32(integer16(at: offset)) << 16 | UInt32(integer16(at: offset + 2))
  }

  package func integer64(at offset: Int) -> UInt64 {
    UInt64(integer32(at: offset)) << 32 | UInt64(integer32(at: offset + 4))
  }

  /// Whether these bytes stand at `offset`.
  package func holds(_ bytes: StaticString, at offset: Int = 0) -> Bool {
    guard offset >= 0, count - offset >= bytes.utf8CodeUnitCount else { return false }
    // SAFETY: a static string's bytes live as long as the program.
    let expected = unsafe UnsafeBufferPointer(
      start: bytes.utf8Start,
      count: bytes.utf8CodeUnitCount
    )
    for index in 0..<bytes.utf8CodeUnitCount {
      // SAFETY: the index is below the string's count.
      guard unsafe expected[index] == self[offset + index] else { return false }
    }
    return true
  }

  /// Whether these are all the bytes there are.
  package func equals(_ bytes: StaticString) -> Bool {
    count == bytes.utf8CodeUnitCount && holds(bytes)
  }

  /// The bytes as text; what is not UTF-8 becomes U+FFFD.
  package var text: String {
    String(decoding: array, as: UTF8.self)
  }

  package var array: [UInt8] {
    Array(capacity: count) { output in output.append(self) }
  }
}

extension OutputSpan where Element == UInt8 {
  package mutating func append(bigEndian value: UInt16) {
    append(UInt8(truncatingIfNeeded: value >> 8))
    append(UInt8(truncatingIfNeeded: value))
  }

  package mutating func append(bigEndian value: UInt32) {
    append(bigEndian: UInt16(truncatingIfNeeded: value >> 16))
    append(bigEndian: UInt16(truncatingIfNeeded: value))
  }

  package mutating func append(bigEndian value: UInt64) {
    append(bigEndian: UInt32(truncatingIfNeeded: value >> 32))
    append(bigEndian: UInt32(truncatingIfNeeded: value))
  }

  package mutating func append(_ bytes: Span<UInt8>) {
    for index in bytes.indices { append(bytes[index]) }
  }

  package mutating func append(_ bytes: [UInt8]) {
    append(bytes.span)
  }

  package mutating func append(_ text: StaticString) {
    // SAFETY: a static string's bytes live as long as the program.
    unsafe append(
      UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount).span
    )
  }

  package mutating func append(text: String) {
    for byte in text.utf8 { append(byte) }
  }
}
