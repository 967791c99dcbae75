public import Wire

/// A leg at one vantage, and how much of it was seen there.
public struct LegCount: Sendable, Hashable {
  public var tuple: FiveTuple
  /// The interface's number in its capture.
  public var interface: UInt32
  public var direction: Packet.Direction
  /// What this leg was seen inside of; `none` for the outermost.
  public var tunnel: Packet.Tunnel
  /// How many tunnels it was seen inside of.
  public var depth: UInt8
  public var hopLeast: UInt8
  public var hopMost: UInt8
  public var packets: UInt64 = 0
  /// The lengths on the wire of the frames that carried it.
  public var bytes: UInt64 = 0
  public var first: Timestamp
  public var last: Timestamp

  public var duration: Interval { last.since(first) }

  /// Takes in another count of the same leg at the same vantage.
  mutating func add(_ other: LegCount) {
    packets &+= other.packets
    bytes &+= other.bytes
    first = min(first, other.first)
    last = max(last, other.last)
    hopLeast = min(hopLeast, other.hopLeast)
    hopMost = max(hopMost, other.hopMost)
  }
}

/// What became of a capture's frames, each counted once, by the innermost packet that could be read.
public struct FrameTally: Sendable, Hashable {
  public var frames: UInt64 = 0
  /// UDP, whole or a first fragment.
  public var datagrams: UInt64 = 0
  /// Fragments of UDP that have no ports.
  public var laterFragments: UInt64 = 0
  public var icmpErrors: UInt64 = 0
  /// TCP, ARP and everything else that was sound and is no leg.
  public var others: UInt64 = 0
  /// Those that the snap length cut, whatever they are; the one count that overlaps the others.
  public var cut: UInt64 = 0
  /// Those that could not be decoded to their end, by reason.
  private var flaws: [UInt64] = Array(repeating: 0, count: Flaw.allCases.count)

  public init() {}

  public subscript(flaw: Flaw) -> UInt64 {
    get { flaws[Int(flaw.rawValue)] }
    set { flaws[Int(flaw.rawValue)] = newValue }
  }

  public static func += (total: inout Self, part: Self) {
    total.frames &+= part.frames
    total.datagrams &+= part.datagrams
    total.laterFragments &+= part.laterFragments
    total.icmpErrors &+= part.icmpErrors
    total.others &+= part.others
    total.cut &+= part.cut
    for flaw in Flaw.allCases { total[flaw] &+= part[flaw] }
  }
}
