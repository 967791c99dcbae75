import Wire

/// A direction of a flow, as an index into a node's flow table: the lowest bit tells the direction.
struct Leg: Hashable, Sendable {
  var bits: UInt32

  static let none = Self(bits: .max)

  @inline(always)
  init(bits: UInt32) {
    self.bits = bits
  }

  @inline(always)
  init(flow: Int, isReverse: Bool) {
    bits = UInt32(truncatingIfNeeded: flow) << 1 | (isReverse ? 1 : 0)
  }

  @inline(always) var flow: Int { Int(bits >> 1) }
  @inline(always) var isReverse: Bool { bits & 1 != 0 }
  @inline(always) var direction: Int { Int(bits & 1) }
  @inline(always) var reversed: Self { Self(bits: bits ^ 1) }
  @inline(always) var isNone: Bool { bits == .max }
}

/// The addresses and ports of a tuple without padding: 36 bytes, where two endpoints take 48.
struct PackedPair: Hashable, Sendable {
  var sourceHigh: UInt64
  var sourceLow: UInt64
  var destinationHigh: UInt64
  var destinationLow: UInt64
  /// The source's port above the destination's.
  var ports: UInt32

  @inline(always)
  init(_ tuple: FiveTuple) {
    sourceHigh = tuple.source.address.high
    sourceLow = tuple.source.address.low
    destinationHigh = tuple.destination.address.high
    destinationLow = tuple.destination.address.low
    ports = UInt32(tuple.source.port) << 16 | UInt32(tuple.destination.port)
  }

  /// Equal for this and its reverse, so that a flow's two directions share one table slot.
  @inline(always) var directionlessHash: UInt64 {
    let left = folded(
      sourceLow ^ 0x2d35_8dcc_aa6c_78a5,
      sourceHigh ^ UInt64(ports >> 16) ^ 0x8bb8_4b93_962e_acc9
    )
    let right = folded(
      destinationLow ^ 0x2d35_8dcc_aa6c_78a5,
      destinationHigh ^ UInt64(ports & 0xffff) ^ 0x8bb8_4b93_962e_acc9
    )
    return folded((left &+ right) ^ 0x4b33_a62e_d433_d4a3, (left ^ right) ^ 0x4d5a_2da5_1de1_aa47)
  }

  @inline(always) var isV4: Bool { sourceHigh == 0 && sourceLow >> 32 == 0xffff }

  var tuple: FiveTuple {
    FiveTuple(
      from: Endpoint(
        IPAddress(high: sourceHigh, low: sourceLow),
        UInt16(truncatingIfNeeded: ports >> 16)
      ),
      to: Endpoint(
        IPAddress(high: destinationHigh, low: destinationLow),
        UInt16(truncatingIfNeeded: ports)
      )
    )
  }

  /// Whether both name the same addresses in the same roles.
  @inline(always)
  func isEqual(to other: Self) -> Bool {
    (sourceLow ^ other.sourceLow) | (destinationLow ^ other.destinationLow)
      | (sourceHigh ^ other.sourceHigh) | (destinationHigh ^ other.destinationHigh)
      | UInt64(ports ^ other.ports) == 0
  }

  /// Whether this is what the answer to the other would wear.
  @inline(always)
  func isReverse(of other: Self) -> Bool {
    (sourceLow ^ other.destinationLow) | (destinationLow ^ other.sourceLow)
      | (sourceHigh ^ other.destinationHigh) | (destinationHigh ^ other.sourceHigh)
      | UInt64(ports ^ (other.ports << 16 | other.ports >> 16)) == 0
  }
}

extension PackedPair {
  /// Whether the other comes from where this one goes, or goes to where it comes from.
  @inline(always)
  func isAnswered(by other: Self, isReversed: Bool) -> Bool {
    if isReversed {
      return
        (sourceLow == other.sourceLow && sourceHigh == other.sourceHigh
        && ports >> 16 == other.ports >> 16)
        || (destinationLow == other.destinationLow && destinationHigh == other.destinationHigh
          && UInt16(truncatingIfNeeded: ports) == UInt16(truncatingIfNeeded: other.ports))
    }
    return
      (destinationLow == other.sourceLow && destinationHigh == other.sourceHigh
      && ports & 0xffff == other.ports >> 16)
      || (sourceLow == other.destinationLow && sourceHigh == other.destinationHigh
        && ports >> 16 == other.ports & 0xffff)
  }
}

/// A leg and its reverse with what their current run has gathered; what answers gathered is kept apart, since a leg that
/// NAT made often has none.
///
/// Eighty-eight bytes: a live session costs two of these, and two halves of thirty-two where it is answered.
struct Flow: Sendable {
  /// The addresses, the sender of the first datagram first.
  var pair: PackedPair
  /// Where and when the run began.
  var startFrame: UInt32
  var start: Timestamp
  var forward = Half()
  var hopMost: UInt8
  var traits: Run.Traits = []
  var hopLeast: UInt8
  var marks: UInt8 = 0
  /// What the other direction gathered, as an index into the table's answers, or `none`.
  var answers = Self.none

  static let none = UInt32.max
  static let isLaterRun: UInt8 = 1
  static let isFree: UInt8 = 2

  /// How often its runs were ended by a pause, in the upper bits of the marks: a few tell enough.
  static let pause: UInt8 = 8
  static let mostPauses: UInt8 = 31

  var isFirstRun: Bool { marks & Self.isLaterRun == 0 }
  @inline(always) var pauses: UInt8 { marks / Self.pause }
  @inline(always) var isFree: Bool { marks & Self.isFree != 0 }

  /// One direction.
  struct Half: Sendable {
    var last = Timestamp(nanoseconds: .min)
    var datagrams: UInt32 = 0
    var matched: UInt32 = 0
    var origin = Leg.none
    var result = Leg.none
    var lastFrame: UInt32 = 0
    /// The tail of the last key, to recognise legs that repeat themselves.
    var lastKey: UInt16 = 0
    var repeats: UInt8 = 0

    /// Takes note of a datagram, and answers what was before it.
    @inline(always)
    mutating func note(_ time: Timestamp, _ frame: UInt32, _ key: UInt16, hasLeft: Bool)
      -> (time: Timestamp, frame: UInt32, datagrams: UInt32)
    {
      let before = (time: last, frame: lastFrame, datagrams: datagrams)
      if hasLeft { matched &+= 1 }
      last = time
      lastFrame = frame
      if lastKey != key {
        lastKey = key
        repeats /= 2
      } else if datagrams > 0, repeats < 8 {
        repeats &+= 1
      }
      datagrams &+= 1
      return before
    }
  }

  /// When the run began in one direction.
  ///
  /// It may have begun later there than its run, never earlier: the exact moment is not kept for the second one.
  func start(of half: Half) -> Timestamp { min(start, half.last) }

  func tuple(_ leg: Leg) -> FiveTuple {
    leg.isReverse ? pair.tuple.reversed : pair.tuple
  }
}
