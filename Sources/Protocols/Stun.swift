/// What a STUN message is made of (RFC 8489).
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |0 0|     STUN Message Type     |         Message Length        |
///     |                         Magic Cookie                          |
///     |                     Transaction ID (96 bits)                  |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
public enum Stun {
  public static let headerLength = 20
  public static let cookie: UInt32 = 0x2112_a442

  package static let bindingRequest: UInt16 = 0x0001
  package static let bindingSuccess: UInt16 = 0x0101
  package static let bindingError: UInt16 = 0x0111

  /// An attribute's number; from 0x8000 on a reader may ignore one that it does not know.
  enum Attribute {
    static let mappedAddress: UInt16 = 0x0001
    static let changeRequest: UInt16 = 0x0003
    static let username: UInt16 = 0x0006
    static let messageIntegrity: UInt16 = 0x0008
    static let errorCode: UInt16 = 0x0009
    static let unknownAttributes: UInt16 = 0x000a
    static let realm: UInt16 = 0x0014
    static let nonce: UInt16 = 0x0015
    static let messageIntegrity256: UInt16 = 0x001c
    static let passwordAlgorithm: UInt16 = 0x001d
    static let userhash: UInt16 = 0x001e
    static let xorMappedAddress: UInt16 = 0x0020
    static let priority: UInt16 = 0x0024
    static let useCandidate: UInt16 = 0x0025
    static let padding: UInt16 = 0x0026
    static let responsePort: UInt16 = 0x0027
    static let software: UInt16 = 0x8022
    static let fingerprint: UInt16 = 0x8028

    // Ours, from the range that is given out by experts; all comprehension-optional.
    /// Eight bytes that name a client for as long as it lives.
    static let clientID: UInt16 = 0xc501
    /// Eight bytes that count a client's requests, from 1.
    static let sequence: UInt16 = 0xc502
    /// The name of the pod that answers, UTF-8.
    static let pod: UInt16 = 0xc503
    /// The name of the node that it runs on, UTF-8.
    static let node: UInt16 = 0xc504
  }

  /// The 96 bits by which an answer finds its request; a classic one (RFC 3489) has 128, the cookie's place included.
  @frozen
  public struct Transaction: Hashable, Sendable {
    public var word: UInt32
    public var high: UInt64
    public var low: UInt32

    public init(word: UInt32 = Stun.cookie, high: UInt64, low: UInt32) {
      self.word = word
      self.high = high
      self.low = low
    }

    var isClassic: Bool { word != Stun.cookie }

    /// The mask of an IPv6 address: the cookie and the transaction in a row.
    var wideMask: (high: UInt64, low: UInt64) {
      (UInt64(word) << 32 | high >> 32, high << 32 | UInt64(low))
    }
  }

  /// Whether these bytes carry STUN's cookie where STUN does, and the two zero bits: no other protocol here does.
  public static func isLikely(_ bytes: Span<UInt8>) -> Bool {
    bytes.count >= headerLength && bytes[0] & 0xc0 == 0 && bytes.integer32(at: 4) == cookie
  }

  static func transaction(_ bytes: Span<UInt8>) -> Transaction {
    Transaction(
      word: bytes.integer32(at: 4),
      high: bytes.integer64(at: 8),
      low: bytes.integer32(at: 16)
    )
  }

  /// Calls `body` with each attribute's number and the offsets of its value.
  ///
  /// The message is `length` bytes long; where these are only its beginning, so many attributes as they hold whole.
  static func forEachAttribute(
    _ bytes: Span<UInt8>,
    ofLength length: Int,
    _ body: (UInt16, Range<Int>) throws(MessageError) -> Void
  ) throws(MessageError) {
    guard bytes.count >= headerLength else { throw .truncated }
    let content = Int(bytes.integer16(at: 2))
    guard content % 4 == 0 else { throw .badLength }
    guard headerLength + content <= length else { throw .truncated }
    guard headerLength + content == length else { throw .badLength }
    var offset = headerLength
    // Lengths are multiples of four all along: where bytes are left, at least four are.
    while offset < length, offset + 4 <= bytes.count {
      let value = Int(bytes.integer16(at: offset + 2))
      let end = offset + 4 + (value + 3) & ~3
      guard end <= length else { throw .badLength }
      guard end <= bytes.count else { return }
      try body(bytes.integer16(at: offset), offset + 4..<offset + 4 + value)
      offset = end
    }
  }

  /// Whether a FINGERPRINT that ends the message is right.
  static func checkFingerprint(_ bytes: Span<UInt8>, at value: Range<Int>) throws(MessageError) {
    guard value.count == 4, value.upperBound == bytes.count else { throw .badLength }
    let sum = CRC32.of(bytes.extracting(first: value.lowerBound - 4))
    guard bytes.integer32(at: value.lowerBound) == sum ^ fingerprintMask else {
      throw .badChecksum
    }
  }

  static let fingerprintMask: UInt32 = 0x5354_554e
}

/// The CRC-32 of ISO HDLC, that FINGERPRINT is made with.
enum CRC32 {
  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in
      value & 1 == 1 ? value >> 1 ^ 0xedb8_8320 : value >> 1
    }
  }

  static func of(_ bytes: Span<UInt8>) -> UInt32 {
    let table = table.span
    var sum: UInt32 = 0xffff_ffff
    for index in bytes.indices {
      sum = sum >> 8 ^ table[Int((sum ^ UInt32(bytes[index])) & 0xff)]
    }
    return ~sum
  }
}
