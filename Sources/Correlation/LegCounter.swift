public import Wire

/// Counts a node's legs at each vantage: an open-addressing index over a flat array.
///
/// Its memory grows with the legs, not with the packets.
public struct LegCounter: ~Copyable, Sendable {
  public private(set) var legs: [LegCount] = []
  public private(set) var tally = FrameTally()
  /// Indices of `legs`, or `vacant`; a power of two of them, at most half in use.
  private var slots: [UInt32]
  private let seed: UInt64
  /// What `add` saw and `settle` has not yet counted.
  private var pending: [Pending] = []
  /// What touching has read; kept so that it is not optimized away.
  private var touched: UInt64 = 0

  private static let vacant = UInt32.max
  private static let blockLength = 64

  private struct Pending: Sendable {
    var leg: LegCount
    var hash: UInt64
  }

  /// `seed` keeps a capture's author from choosing addresses that all fall into one slot.
  public init(seed: UInt64) {
    self.seed = seed
    slots = Array(repeating: Self.vacant, count: 1 << 12)
    // A frame may hold as many legs as tunnels are followed, and one more.
    pending.reserveCapacity(Self.blockLength + Packet.tunnelLimit + 1)
  }

  /// Counts one frame's leg, or those of a tunnel's outer and inner packets; `settle` completes the counts.
  ///
  /// `direction` is what the capture says of the frame; a link layer that tells it is believed first.
  public mutating func add(
    _ frame: Span<UInt8>,
    as link: LinkType,
    originalLength: Int,
    time: Timestamp,
    interface: UInt32,
    direction: Packet.Direction
  ) {
    var packet = Packet()
    packet.decode(frame, as: link, originalLength: originalLength)
    let facts = FrameFacts(
      time: time,
      length: UInt64(truncatingIfNeeded: max(originalLength, frame.count)),
      interface: packet.interface != 0 ? packet.interface : interface,
      direction: packet.direction != .unknown ? packet.direction : direction
    )
    tally.frames &+= 1
    if packet.features.contains(.isCut) { tally.cut &+= 1 }
    if packet.kind == .datagram, packet.tunnel == .none {
      tally.datagrams &+= 1
      append(packet, inside: .none, facts)
    } else {
      addRare(packet, frame, facts)
    }
    if pending.count >= Self.blockLength { settle() }
  }

  /// What the legs of one frame share.
  private struct FrameFacts {
    var time: Timestamp
    var length: UInt64
    var interface: UInt32
    var direction: Packet.Direction
  }

  /// Counts a tunnel and what is in it, or a frame that carries no datagram.
  private mutating func addRare(
    _ outermost: Packet,
    _ frame: Span<UInt8>,
    _ facts: FrameFacts
  ) {
    var packet = outermost
    var tunnel = Packet.Tunnel.none
    while true {
      if packet.kind == .datagram || packet.kind == .tunnel {
        append(packet, inside: tunnel, facts)
      }
      guard let inner = packet.inner(in: frame) else { break }
      tunnel = packet.tunnel
      packet = inner
    }
    switch packet.kind {
    case .datagram: tally.datagrams &+= 1
    case .laterFragment: tally.laterFragments &+= 1
    case .icmpError: tally.icmpErrors &+= 1
    case .none where packet.flaw != .none: tally[packet.flaw] &+= 1
    case .none, .neighbour, .tunnel, .other: tally.others &+= 1
    }
  }

  /// Brings `legs` up to date.
  ///
  /// A block's table slots are touched before the first of them is used: their cache misses then overlap instead of
  /// queueing.
  public mutating func settle() {
    let mask = slots.count &- 1
    var read: UInt64 = 0
    for entry in pending {
      let index = slots[Int(truncatingIfNeeded: entry.hash) & mask]
      guard index != Self.vacant else { continue }
      // A count lies in two lines of the cache.
      read &+= legs[Int(index)].tuple.source.address.high
      read &+= UInt64(bitPattern: legs[Int(index)].last.nanoseconds)
    }
    touched = read
    for entry in pending {
      let index = index(of: entry.leg, entry.hash)
      legs[index].add(entry.leg)
    }
    pending.removeAll(keepingCapacity: true)
  }

  @inline(always)
  private mutating func append(
    _ packet: borrowing Packet,
    inside tunnel: Packet.Tunnel,
    _ facts: FrameFacts
  ) {
    let leg = LegCount(
      tuple: packet.tuple,
      interface: facts.interface,
      // Seen on its way to another host, a frame came in all the same.
      direction: facts.direction == .otherHost ? .incoming : facts.direction,
      tunnel: tunnel,
      depth: packet.depth,
      hopLeast: packet.hopLimit,
      hopMost: packet.hopLimit,
      packets: 1,
      bytes: facts.length,
      first: facts.time,
      last: facts.time
    )
    pending.append(Pending(leg: leg, hash: hash(leg)))
  }

  /// Takes in what another counter of the same node counted, with the same seed.
  public mutating func add(_ other: borrowing LegCounter) {
    tally += other.tally
    for leg in other.legs {
      let index = index(of: leg, hash(leg))
      legs[index].add(leg)
    }
  }

  /// The place of a leg's count, which is made, at zero, where it is new.
  @inline(always)
  private mutating func index(of leg: LegCount, _ hash: UInt64) -> Int {
    let mask = slots.count &- 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while true {
      let index = slots[slot]
      if index == Self.vacant { return insert(leg, at: slot) }
      if legs[Int(index)].isSame(leg) { return Int(index) }
      slot = (slot &+ 1) & mask
    }
  }

  private mutating func insert(_ leg: LegCount, at slot: Int) -> Int {
    let index = legs.count
    var leg = leg
    leg.packets = 0
    leg.bytes = 0
    legs.append(leg)
    slots[slot] = UInt32(truncatingIfNeeded: index)
    if legs.count &* 2 > slots.count { rebuild() }
    return index
  }

  private mutating func rebuild() {
    slots = Array(repeating: Self.vacant, count: slots.count &* 2)
    let mask = slots.count &- 1
    for index in legs.indices {
      var slot = Int(truncatingIfNeeded: hash(legs[index])) & mask
      while slots[slot] != Self.vacant { slot = (slot &+ 1) & mask }
      slots[slot] = UInt32(truncatingIfNeeded: index)
    }
  }

  @inline(always)
  private func hash(_ leg: LegCount) -> UInt64 {
    let ports = UInt64(leg.tuple.source.port) << 16 | UInt64(leg.tuple.destination.port)
    let place =
      UInt64(leg.interface) << 32 | UInt64(leg.tuple.transport.rawValue) << 24
      | UInt64(leg.direction.rawValue) << 16 | UInt64(leg.tunnel.rawValue) << 8 | UInt64(leg.depth)
    let source = folded(
      leg.tuple.source.address.low ^ seed ^ ports << 32,
      leg.tuple.source.address.high ^ place ^ 0x2d35_8dcc_aa6c_78a5
    )
    return folded(
      leg.tuple.destination.address.low ^ source,
      leg.tuple.destination.address.high ^ seed ^ 0x8bb8_4b93_962e_acc9
    )
  }
}

extension LegCount {
  /// Whether both count the same leg at the same vantage.
  @inline(always)
  fileprivate func isSame(_ other: LegCount) -> Bool {
    tuple == other.tuple && interface == other.interface && direction == other.direction
      && tunnel == other.tunnel && depth == other.depth
  }
}
