/// The byte order that a file's writer had.
enum ByteOrder: Hashable, Sendable {
  case little
  case big
}

extension Span<UInt8> {
  /// The integer at `offset`; the one way in which the parsers take numbers out of a file.
  @inline(__always)
  func integer<Integer: FixedWidthInteger & BitwiseCopyable>(
    _ type: Integer.Type = Integer.self,
    at offset: Int,
    _ order: ByteOrder
  ) -> Integer {
    // SAFETY: the load checks its bounds, and every bit pattern is an integer.
    let value = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: type)
    return order == .little ? Integer(littleEndian: value) : Integer(bigEndian: value)
  }
}
