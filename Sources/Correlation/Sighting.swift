public import Wire

/// One datagram seen once at one vantage: all that matching needs of it, so that its bytes may go.
public struct Sighting: Sendable {
  var pair: PackedPair
  public var interface: UInt32
  public var time: Timestamp
  /// The tuple's hash, equal for its reverse.
  var hash: UInt64
  public var fingerprint: Fingerprint
  public var direction: Packet.Direction
  public var hopLimit: UInt8
  /// How many tunnels it was seen inside of.
  public var depth: UInt8
  /// What may mark the connection inside the payload: a QUIC or DTLS connection id, an RTP source, a STUN user.
  public var beginning: PayloadBeginning
  public var witness: Witness
  public var payloadLength: UInt32
  /// IPv4's id or the IPv6 fragment's, by which later fragments find their first.
  public var identification: UInt32
  public var features: Packet.Features
  /// Which of its batch's sayings is in its payload, counted from one.
  var saying: UInt32

  public var tuple: FiveTuple { pair.tuple }

  /// Set in the number of an interface that is a bridge, where a capture tells it.
  public static let bridgeBit: UInt32 = 1 << 30

  var isOnBridge: Bool { interface >> 30 == 3 }
}

/// Where a packet can be found again: the number of its file in the analysis, and its frame in that file.
public struct Witness: Hashable, Sendable, Comparable {
  private var bits: UInt64

  @inlinable
  public init(file: Int, frame: UInt64) {
    self.init(bits: UInt64(file) << 40 | frame & 0xff_ffff_ffff)
  }

  @usableFromInline
  init(bits: UInt64) {
    self.bits = bits
  }

  public var file: Int { Int(bits >> 40) }
  public var frame: UInt64 { bits & 0xff_ffff_ffff }

  public static func < (left: Self, right: Self) -> Bool { left.bits < right.bits }
}
