/// A value of Erlang's external term format, as far as small messages need it.
///
/// Bounded on purpose: nesting, the number of terms and every length; nothing in a datagram can make it work long or
/// hold much.
public indirect enum ErlangTerm: Hashable, Sendable {
  case integer(Int64)
  case atom(String)
  case binary([UInt8])
  case list([ErlangTerm])
  case tuple([ErlangTerm])
  case map([Pair])

  public struct Pair: Hashable, Sendable {
    public var key: ErlangTerm
    public var value: ErlangTerm
  }

  /// How atoms are written: as Latin-1 with two bytes of length, or, since OTP 26, as UTF-8 with one.
  public enum AtomEncoding: Hashable, Sendable {
    case atom
    case smallUTF8
  }

  static let version: UInt8 = 131
  static let maximumDepth = 8
  static let maximumTerms = 64

  /// Reads a term that fills `bytes`, its version byte first.
  public init(_ bytes: Span<UInt8>) throws(MessageError) {
    var reader = try ErlangReader(bytes)
    self = try reader.term(depth: 0)
    guard reader.isAtEnd else { throw .badLength }
  }

  /// The value of a map at an atom key.
  public subscript(key: String) -> ErlangTerm? {
    guard case .map(let pairs) = self else { return nil }
    return pairs.first { $0.key == .atom(key) }?.value
  }

  public var integer: Int64? {
    if case .integer(let value) = self { value } else { nil }
  }
}

/// Reads terms one after the other.
private struct ErlangReader: ~Escapable {
  private let bytes: Span<UInt8>
  private var offset = 1
  private var terms = 0

  @_lifetime(copy bytes)
  init(_ bytes: Span<UInt8>) throws(MessageError) {
    guard bytes.count > 0, bytes[0] == ErlangTerm.version else { throw .foreign }
    self.bytes = bytes
  }

  var isAtEnd: Bool { offset == bytes.count }

  @_lifetime(self: copy self)
  mutating func term(depth: Int) throws(MessageError) -> ErlangTerm {
    terms += 1
    guard depth < ErlangTerm.maximumDepth, terms <= ErlangTerm.maximumTerms else {
      throw .tooComplex
    }
    switch try integer(1) {
    case 97: return .integer(Int64(try integer(1)))
    case 98: return .integer(Int64(Int32(truncatingIfNeeded: try integer(4))))
    case 110: return .integer(try big(count: try integer(1)))
    case 100: return .atom(try atom(count: try integer(2), isUTF8: false))
    case 115: return .atom(try atom(count: try integer(1), isUTF8: false))
    case 118: return .atom(try atom(count: try integer(2), isUTF8: true))
    case 119: return .atom(try atom(count: try integer(1), isUTF8: true))
    case 109: return .binary(try take(try integer(4)))
    case 107: return .list(try take(try integer(2)).map { .integer(Int64($0)) })
    case 106: return .list([])
    case 108:
      let elements = try terms(try integer(4), depth: depth)
      // A proper list ends with the empty one.
      guard try integer(1) == 106 else { throw .badValue }
      return .list(elements)
    case 104: return .tuple(try terms(try integer(1), depth: depth))
    case 116: return .map(try pairs(try integer(4), depth: depth))
    default: throw .badValue
    }
  }

  @_lifetime(self: copy self)
  private mutating func terms(_ count: Int, depth: Int) throws(MessageError) -> [ErlangTerm] {
    guard count <= ErlangTerm.maximumTerms else { throw .tooComplex }
    var terms: [ErlangTerm] = []
    for _ in 0..<count { terms.append(try term(depth: depth + 1)) }
    return terms
  }

  @_lifetime(self: copy self)
  private mutating func pairs(_ count: Int, depth: Int) throws(MessageError) -> [ErlangTerm.Pair] {
    guard count <= ErlangTerm.maximumTerms else { throw .tooComplex }
    var pairs: [ErlangTerm.Pair] = []
    for _ in 0..<count {
      let key = try term(depth: depth + 1)
      let value = try term(depth: depth + 1)
      guard !pairs.contains(where: { $0.key == key }) else { throw .badValue }
      pairs.append(ErlangTerm.Pair(key: key, value: value))
    }
    return pairs
  }

  /// A sign and a magnitude, the least byte first; up to 63 bits.
  @_lifetime(self: copy self)
  private mutating func big(count: Int) throws(MessageError) -> Int64 {
    let sign = try integer(1)
    let magnitude = try take(count)
    guard sign <= 1, magnitude.dropFirst(8).allSatisfy({ $0 == 0 }) else { throw .badValue }
    let value = magnitude.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard let value = Int64(exactly: value) else { throw .badValue }
    return sign == 1 ? -value : value
  }

  @_lifetime(self: copy self)
  private mutating func atom(count: Int, isUTF8: Bool) throws(MessageError) -> String {
    guard count <= 1_020 else { throw .badLength }
    let name = try take(count)
    guard !isUTF8 else { return String(decoding: name, as: UTF8.self) }
    return String(String.UnicodeScalarView(name.map { UnicodeScalar($0) }))
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
  private mutating func take(_ count: Int) throws(MessageError) -> [UInt8] {
    guard bytes.count - offset >= count else { throw .truncated }
    defer { offset += count }
    return bytes.extracting(offset..<offset + count).array
  }
}

extension OutputSpan where Element == UInt8 {
  mutating func append(atom name: StaticString, as encoding: ErlangTerm.AtomEncoding) {
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
    append(ErlangTerm.version)
    append(116)
    append(bigEndian: count)
  }
}
