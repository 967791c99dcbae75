/// What a payload says of the connection that it belongs to, whatever address it comes from.
///
/// A mark is evidence only where it stays the same over a flow's datagrams: any payload may look like one by chance.
@frozen
public struct ConnectionMark: Hashable, Sendable {
  public var bits: UInt64

  @inlinable
  public init(bits: UInt64) {
    self.bits = bits
  }

  @inlinable
  public static var none: Self { Self(bits: 0) }

  @inlinable
  public var isNone: Bool { bits == 0 }

  /// Recognises, by a payload's first bytes, QUIC (RFC 9000), DTLS 1.2 with connection ids (RFC 9146), RTP (RFC 3550)
  /// and STUN requests that name their user (RFC 8489) or, as our own client's, their client.
  public init(_ beginning: PayloadBeginning) {
    let (high, low) = (beginning.high, beginning.low)
    switch high >> 56 {
    case 0x40...0x7f:
      // A short header: the connection id follows, of a length that only its owner knows.
      self.init(high << 8 | low >> 56, kind: 1)
    case 0xc0...0xff:
      // A long header: four bytes of version, one of length, then the id.
      guard (8...20).contains(high >> 16 & 0xff), beginning.isLong else {
        self = .none
        return
      }
      self.init(high << 48 | low >> 16, kind: 1)
    case 0x80...0xbf:
      self.init(low >> 32, kind: 2)
    case 25:
      guard high >> 40 & 0xffff == 0xfefd else {
        self = .none
        return
      }
      // Type, version, epoch and sequence number stand before the id; four bytes of it are the usual least.
      self.init(low >> 8 & 0xffff_ffff, kind: 3)
    case 0x00 where beginning.isSTUN:
      self.init(bits: low)
    default:
      self = .none
    }
  }

  /// The user name of a STUN request, as ICE gives each session one, or the client that stickler-client names.
  @usableFromInline
  init(stunUserIn frame: Span<UInt8>, from start: Int, to end: Int) {
    self = .none
    var offset = start &+ 20
    var count = 0
    while offset &+ 4 <= end, count < 4 {
      let attribute = frame.integer16(at: offset)
      let length = Int(frame.integer16(at: offset &+ 2))
      if attribute == 0x0006 || attribute == 0xc501, length >= 8, offset &+ 12 <= end {
        let value = frame.integer64(at: offset &+ 4)
        bits = folded(value ^ 0xa076_1d64_78bd_642f, 4 ^ 0xe703_7ed1_a0b4_28db) | 1
        return
      }
      offset &+= 4 &+ (length &+ 3) & ~3
      count &+= 1
    }
  }

  init(_ value: UInt64, kind: UInt64) {
    // Ids are random bytes. Text is not, and every client that speaks it would look like one connection.
    guard Self.unprintableCount(value) >= 2 else {
      self = .none
      return
    }
    let mixed = folded(value ^ 0xa076_1d64_78bd_642f, kind ^ 0xe703_7ed1_a0b4_28db)
    bits = mixed | 1
  }

  /// How many of the bytes from the first that is not 0 are no printable text, all eight looked at together.
  static func unprintableCount(_ value: UInt64) -> Int {
    let lows: UInt64 = 0x7f7f_7f7f_7f7f_7f7f
    // The highest bit of each byte says: at least 0x20, and at least 0x7f, of the seven bits below it.
    let seven = value & lows
    let isText = (seven &+ 0x6060_6060_6060_6060) & ~(seven &+ 0x0101_0101_0101_0101) & ~value
    return (~isText & ~lows).nonzeroBitCount &- value.leadingZeroBitCount / 8
  }
}

/// The first bytes of a payload, from which its connection's mark can be read later.
///
/// Few datagrams are asked for their mark, and only when their bytes are gone. Keeping sixteen of them costs two loads;
/// telling the kinds of mark apart costs a mispredicted branch or two for each datagram, 7 % of what reading takes.
@frozen
public struct PayloadBeginning: Sendable {
  /// The first eight bytes; 0 where too few were captured to hold any mark.
  public var high: UInt64
  /// The next eight bytes, or what a STUN request's mark is.
  public var low: UInt64
  /// Whether the payload goes on as far as a QUIC long header does.
  public var isLong: Bool

  @inlinable
  public init(of packet: borrowing Packet, in frame: Span<UInt8>) {
    self.init(
      payloadAt: Int(packet.payloadOffset),
      captured: Int(packet.payloadCaptured),
      in: frame
    )
  }

  @inlinable @inline(always)
  public init(payloadAt start: Int, captured: Int, in frame: Span<UInt8>) {
    high = 0
    low = 0
    isLong = captured >= 32
    guard captured >= 20 else { return }
    let bytes = frame.extracting(start..<(start &+ 16))
    high = bytes.integer64(at: 0)
    low = bytes.integer64(at: 8)
    // The user's name may stand anywhere in a request.
    if isSTUN {
      low = ConnectionMark(stunUserIn: frame, from: start, to: start &+ captured).bits
    }
  }

  /// Whether the first byte and the cookie are those of a STUN message.
  @inlinable @inline(always)
  var isSTUN: Bool { high & 0xff00_0000_ffff_ffff == 0x2112_a442 }
}
