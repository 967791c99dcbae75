extension Span where Element == UInt8 {
  /// Two bytes in network order; the caller has checked that they are there.
  @inlinable @inline(always)
  func integer16(at offset: Int) -> UInt16 {
    UInt16(self[offset]) << 8 | UInt16(self[offset &+ 1])
  }

  @inlinable @inline(always)
  func integer32(at offset: Int) -> UInt32 {
    UInt32(self[offset]) << 24 | UInt32(self[offset &+ 1]) << 16
      | UInt32(self[offset &+ 2]) << 8 | UInt32(self[offset &+ 3])
  }

  @inlinable @inline(always)
  func integer64(at offset: Int) -> UInt64 {
    UInt64(integer32(at: offset)) << 32 | UInt64(integer32(at: offset &+ 4))
  }

  @inlinable @inline(always)
  func address6(at offset: Int) -> IPAddress {
    IPAddress(high: integer64(at: offset), low: integer64(at: offset &+ 8))
  }
}
