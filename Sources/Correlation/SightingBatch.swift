internal import Protocols
public import Wire

/// What a stretch of a node's capture held, decoded: handed from the thread that reads to the one that matches.
///
/// Reused, so that the steady state allocates nothing.
public struct SightingBatch: ~Copyable, Sendable {
  public internal(set) var sightings: [Sighting] = []
  /// The rest of what matters, each with the place among the sightings at which it stands.
  public internal(set) var events: [Event] = []
  /// What some of the sightings say of their pods.
  var sayings: [Saying] = []
  public private(set) var counts = FrameCounts()

  /// The latest time since the clock was last seen to go back.
  var newest = Timestamp(nanoseconds: .min)
  /// Whether all came in the order of their times.
  var isOrdered = true
  /// How late any of them came, after the one with the latest time before it.
  public internal(set) var mostDelay = Interval(nanoseconds: 0)
  /// What ordering works with, kept for the next time.
  var places: [Place] = []
  var moved: [Sighting] = []

  public struct Event: Sendable {
    public var position: Int
    public var time: Timestamp
    public var witness: Witness
    public var interface: UInt32
    public var packet: Packet
    public var kind: Kind
  }

  public enum Kind: Sendable {
    case laterFragment
    /// An ICMP error, and the packet that it quotes.
    case icmp(quoted: Packet)
    /// Someone announced that an address is now at this hardware address.
    case announcement(hardware: UInt64)
    /// A tunnel's outer UDP checksum is real and does not fit.
    case wrongChecksum(inner: FiveTuple)
  }

  public init(capacity: Int = 4096) {
    sightings.reserveCapacity(capacity)
  }

  public mutating func removeAll() {
    sightings.removeAll(keepingCapacity: true)
    events.removeAll(keepingCapacity: true)
    sayings.removeAll(keepingCapacity: true)
    counts = FrameCounts()
    newest = Timestamp(nanoseconds: .min)
    isOrdered = true
    mostDelay = Interval(nanoseconds: 0)
  }

  /// Decodes one frame, through its tunnels, and keeps the innermost datagram.
  ///
  /// `direction` is what the capture's record says of it, where the link layer says nothing.
  public mutating func add(
    _ frame: Span<UInt8>,
    as link: LinkType,
    originalLength: Int,
    time: Timestamp,
    interface: UInt32,
    direction: Packet.Direction = .unknown,
    witness: Witness
  ) {
    counts.frames &+= 1
    var packet = Packet()
    packet.decode(frame, as: link, originalLength: originalLength)
    if packet.direction == .unknown { packet.direction = direction }
    if packet.tunnel != .none {
      unwrap(&packet, in: frame, time: time, interface: interface, witness: witness)
    } else {
      keep(&packet, in: frame, time: time, interface: interface, witness: witness)
    }
  }

  // A packet goes from hand to hand by reference: as a value it would be copied each time, and a copy waits for all of
  // its small fields to be written.

  /// Keeps the innermost packet of a tunnel, or the tunnel's own where there is none in it.
  private mutating func unwrap(
    _ packet: inout Packet,
    in frame: Span<UInt8>,
    time: Timestamp,
    interface: UInt32,
    witness: Witness
  ) {
    var inner = Packet()
    guard packet.decodeInner(into: &inner, in: frame) else {
      keep(&packet, in: frame, time: time, interface: interface, witness: witness)
      return
    }
    if packet.kind == .datagram, packet.checksum != 0, packet.direction != .outgoing,
      packet.checksumState(in: frame) == .wrong,
      // While the inner checksum is still to be finished, the outer one fits what it will be.
      inner.checksumState(in: frame) != .partial
    {
      append(
        .wrongChecksum(inner: inner.tuple),
        packet,
        time: time,
        interface: interface,
        witness: witness
      )
    }
    if inner.tunnel != .none {
      unwrap(&inner, in: frame, time: time, interface: interface, witness: witness)
    } else {
      keep(&inner, in: frame, time: time, interface: interface, witness: witness)
    }
  }

  @inline(always)
  private mutating func keep(
    _ packet: inout Packet,
    in frame: Span<UInt8>,
    time: Timestamp,
    interface: UInt32,
    witness: Witness
  ) {
    if packet.kind == .datagram, packet.flaw == .none {
      append(&packet, in: frame, time: time, interface: interface, witness: witness)
    } else {
      addRare(&packet, in: frame, time: time, interface: interface, witness: witness)
    }
  }

  /// Appends the sighting of a datagram.
  @inline(never)
  private mutating func append(
    _ packet: inout Packet,
    in frame: Span<UInt8>,
    time: Timestamp,
    interface: UInt32,
    witness: Witness
  ) {
    if packet.features.contains(.isCut) {
      counts.truncated &+= 1
      counts.leastPayload = min(counts.leastPayload ?? .max, packet.payloadCaptured)
    }
    let pair = PackedPair(packet.tuple)
    let start = Int(packet.payloadOffset)
    let captured = Int(packet.payloadCaptured)
    var fingerprint = Fingerprint(
      payloadAt: start,
      captured: captured,
      length: packet.payloadLength,
      identity: packet.identity,
      isV4: pair.isV4,
      in: frame
    )
    if fingerprint.held == .little { fingerprint.useResidue(of: packet, in: frame) }
    let beginning = PayloadBeginning(payloadAt: start, captured: captured, in: frame)
    var saying: UInt32 = 0
    if Saying.isPossible(beginning.high) {
      let payload = frame.extracting(start..<start &+ captured)
      saying = keepSaying(payload, ofLength: Int(packet.payloadLength))
    }
    note(time)
    sightings.append(
      Sighting(
        pair: pair,
        interface: packet.interface != 0 ? packet.interface : interface,
        time: time,
        hash: pair.directionlessHash,
        fingerprint: fingerprint,
        direction: packet.direction,
        hopLimit: packet.hopLimit,
        depth: packet.depth,
        beginning: beginning,
        witness: witness,
        payloadLength: packet.payloadLength,
        identification: packet.identification,
        features: packet.features,
        saying: saying
      )
    )
  }

  /// Keeps what a payload says of its pod, and answers what its sighting finds it by.
  @inline(never)
  private mutating func keepSaying(_ payload: Span<UInt8>, ofLength length: Int) -> UInt32 {
    guard let saying = Saying(payload, ofLength: length) else { return 0 }
    sayings.append(saying)
    return UInt32(truncatingIfNeeded: sayings.count)
  }

  @inline(never)
  private mutating func addRare(
    _ packet: inout Packet,
    in frame: Span<UInt8>,
    time: Timestamp,
    interface: UInt32,
    witness: Witness
  ) {
    if packet.flaw.isTruncation {
      counts.truncated &+= 1
    } else if packet.flaw != .none {
      counts.malformed &+= 1
    }
    switch packet.kind {
    case .laterFragment:
      append(.laterFragment, packet, time: time, interface: interface, witness: witness)
    case .icmpError:
      guard let quoted = packet.quoted(in: frame), quoted.kind == .datagram else { return }
      append(
        .icmp(quoted: quoted),
        packet,
        time: time,
        interface: interface,
        witness: witness
      )
    case .neighbour where packet.isUnsolicitedAnnouncement:
      guard let hardware = packet.announcedHardwareAddress(in: frame) else { return }
      append(
        .announcement(hardware: hardware),
        packet,
        time: time,
        interface: interface,
        witness: witness
      )
    default:
      return
    }
  }

  private mutating func append(
    _ kind: Kind,
    _ packet: borrowing Packet,
    time: Timestamp,
    interface: UInt32,
    witness: Witness
  ) {
    note(time)
    events.append(
      Event(
        position: sightings.count,
        time: time,
        witness: witness,
        interface: packet.interface != 0 ? packet.interface : interface,
        packet: copy packet,
        kind: kind
      )
    )
  }
}

/// How many frames were read, and what became of those that hold no datagram.
public struct FrameCounts: Sendable, Hashable {
  public var frames: UInt64 = 0
  public var malformed: UInt64 = 0
  /// Frames of which the capture holds only the beginning.
  public var truncated: UInt64 = 0
  /// The fewest payload bytes that were left of a datagram which the capture cut; nil where it cut none.
  public var leastPayload: UInt32?

  public init() {}

  public static func += (total: inout Self, part: Self) {
    total.frames &+= part.frames
    total.malformed &+= part.malformed
    total.truncated &+= part.truncated
    if let part = part.leastPayload { total.leastPayload = min(total.leastPayload ?? .max, part) }
  }
}
