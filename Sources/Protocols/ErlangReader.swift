/// Reads Erlang's external term format, as far as small messages need it, and allocates nothing.
///
/// Bounded on purpose: nesting, the number of terms and every length; nothing in a datagram can make it work long.
struct ErlangReader: ~Escapable {
  /// A term's value where it is a number, or where its bytes lie.
  enum Value {
    case integer(Int64)
    case atom(Range<Int>)
    case binary(Range<Int>)
    /// A list, a tuple or a map, which was read over.
    case compound
  }

  static let version: UInt8 = 131
  static let maximumDepth = 8
  static let maximumTerms = 64

  private let bytes: Span<UInt8>
  private var offset: Int
  private var terms = 0

  /// Begins behind the version byte, which must stand at `start`.
  @_lifetime(copy bytes)
  init(_ bytes: Span<UInt8>, at start: Int) throws(MessageError) {
    guard start < bytes.count, bytes[start] == Self.version else { throw .foreign }
    self.bytes = bytes
    offset = start + 1
  }

  var isAtEnd: Bool { offset == bytes.count }

  /// Reads the head of a map, and answers how many pairs of terms follow.
  @_lifetime(self: copy self)
  mutating func mapCount() throws(MessageError) -> Int {
    guard offset < bytes.count, bytes[offset] == 116 else {
      // What else it is may say better why it is refused.
      _ = try term(depth: 0)
      throw .badValue
    }
    offset += 1
    try countTerm(depth: 0)
    return try count(integer(4))
  }

  /// Reads a term inside of so many others.
  @_lifetime(self: copy self)
  mutating func term(depth: Int) throws(MessageError) -> Value {
    try countTerm(depth: depth)
    switch try integer(1) {
    case 97: return .integer(Int64(try integer(1)))
    case 98: return .integer(Int64(Int32(truncatingIfNeeded: try integer(4))))
    case 110: return .integer(try big(count: try integer(1)))
    case 100, 118: return .atom(try atom(count: try integer(2)))
    case 115, 119: return .atom(try atom(count: try integer(1)))
    case 109: return .binary(try take(try integer(4)))
    case 107: _ = try take(try integer(2))
    case 106: break
    case 108:
      try skip(count(integer(4)), depth: depth)
      // A proper list ends with the empty one.
      guard try integer(1) == 106 else { throw .badValue }
    case 104: try skip(count(integer(1)), depth: depth)
    case 116: try skip(2 * count(integer(4)), depth: depth)
    default: throw .badValue
    }
    return .compound
  }

  private mutating func countTerm(depth: Int) throws(MessageError) {
    terms += 1
    guard depth < Self.maximumDepth, terms <= Self.maximumTerms else { throw .tooComplex }
  }

  private func count(_ claimed: Int) throws(MessageError) -> Int {
    guard claimed <= Self.maximumTerms else { throw .tooComplex }
    return claimed
  }

  @_lifetime(self: copy self)
  private mutating func skip(_ count: Int, depth: Int) throws(MessageError) {
    for _ in 0..<count { _ = try term(depth: depth + 1) }
  }

  /// A sign and a magnitude, the least byte first; up to 63 bits.
  @_lifetime(self: copy self)
  private mutating func big(count: Int) throws(MessageError) -> Int64 {
    let sign = try integer(1)
    let magnitude = try take(count)
    var value: UInt64 = 0
    for index in magnitude.reversed() {
      guard value >> 56 == 0 else { throw .badValue }
      value = value << 8 | UInt64(bytes[index])
    }
    guard sign <= 1, let value = Int64(exactly: value) else { throw .badValue }
    return sign == 1 ? -value : value
  }

  @_lifetime(self: copy self)
  private mutating func atom(count: Int) throws(MessageError) -> Range<Int> {
    guard count <= 1_020 else { throw .badLength }
    return try take(count)
  }

  @_lifetime(self: copy self)
  private mutating func integer(_ count: Int) throws(MessageError) -> Int {
    guard bytes.count - offset >= count else { throw .truncated }
    var value = 0
    for _ in 0..<count {
      value = value << 8 | Int(bytes[offset])
      offset += 1
    }
    return value
  }

  @_lifetime(self: copy self)
  private mutating func take(_ count: Int) throws(MessageError) -> Range<Int> {
    guard bytes.count - offset >= count else { throw .truncated }
    defer { offset += count }
    return offset..<offset + count
  }
}
