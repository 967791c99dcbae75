import Wire

/// Finds later fragments their first, and counts which datagrams arrived whole, by leg.
struct FragmentTable: ~Copyable, Sendable {
  /// Fragments are told apart at each vantage: a datagram may be whole at one and not at the next.
  private struct Key: Hashable {
    var source: IPAddress
    var destination: IPAddress
    var identification: UInt32
    var interface: UInt32
    var direction: UInt8
    var depth: UInt8
  }

  private struct Assembly {
    var leg: FiveTuple?
    /// The datagram's length with its UDP header, once the first fragment told it.
    var length: UInt32 = 0
    var laterBytes: UInt32 = 0
    var leastOffset = UInt32.max
    var began: Timestamp
    /// When the last of its fragments came.
    var last: Timestamp
    var witness: Witness

    /// Fragments do not overlap, so what lies behind the first one is whole when its bytes add up.
    var isComplete: Bool {
      leastOffset < length && length &- leastOffset == laterBytes
    }
  }

  private var assemblies: [Key: Assembly] = [:]
  private var order: [Key] = []
  private var oldest = 0
  private var tallies: [FiveTuple: FragmentTally] = [:]
  /// The legs that were told of lately, and whether as losing fragments.
  private var told: [FiveTuple: Bool] = [:]

  private static let limit = 1 << 14
  private static let tallyLimit = 1 << 16

  /// A second table that holds the same.
  func copied() -> Self {
    var copy = Self()
    copy.assemblies = assemblies
    copy.order = order
    copy.oldest = oldest
    copy.tallies = tallies
    copy.told = told
    return copy
  }

  mutating func begin(_ sighting: Sighting, _ leg: FiveTuple) {
    let key = Key(
      source: sighting.tuple.source.address,
      destination: sighting.tuple.destination.address,
      identification: sighting.identification,
      interface: sighting.interface,
      direction: sighting.direction.rawValue,
      depth: sighting.depth
    )
    update(key, at: sighting.time, sighting.witness) { assembly in
      assembly.leg = leg
      assembly.length = sighting.payloadLength &+ 8
    }
  }

  mutating func add(_ event: SightingBatch.Event) {
    let packet = event.packet
    let key = Key(
      source: packet.tuple.source.address,
      destination: packet.tuple.destination.address,
      identification: packet.identification,
      interface: event.interface,
      direction: packet.direction.rawValue,
      depth: packet.depth
    )
    update(key, at: event.time, event.witness) { assembly in
      assembly.laterBytes &+= packet.payloadLength
      assembly.leastOffset = min(assembly.leastOffset, packet.fragmentOffset)
    }
  }

  private mutating func update(
    _ key: Key,
    at time: Timestamp,
    _ witness: Witness,
    _ change: (inout Assembly) -> Void
  ) {
    if assemblies[key] == nil {
      if assemblies.count >= Self.limit { dropOldest() }
      order.append(key)
    }
    let new = Assembly(leg: nil, began: time, last: time, witness: witness)
    change(&assemblies[key, default: new])
    assemblies[key]?.last = time
  }

  private mutating func dropOldest() {
    guard oldest < order.count else { return }
    if let assembly = assemblies.removeValue(forKey: order[oldest]) { tally(assembly) }
    oldest += 1
    if oldest > Self.limit {
      order.removeFirst(oldest)
      oldest = 0
    }
  }

  private mutating func tally(_ assembly: Assembly) {
    guard let leg = assembly.leg, tallies.count < Self.tallyLimit || tallies[leg] != nil else {
      return
    }
    var tally =
      tallies[leg]
      ?? FragmentTally(
        leg: leg,
        complete: 0,
        partial: 0,
        time: assembly.began,
        witness: assembly.witness
      )
    if assembly.isComplete {
      tally.complete &+= 1
    } else {
      if tally.partial == 0 { (tally.time, tally.witness) = (assembly.began, assembly.witness) }
      tally.partial &+= 1
    }
    tallies[leg] = tally
  }

  /// Tells of the datagrams whose last fragments came before a moment, and forgets them: what has not come by then is lost.
  ///
  /// `onlyNew` tells of legs only of which nothing was told lately, or not that they lose fragments.
  mutating func tally(
    before bound: Timestamp,
    onlyNew: Bool,
    into observations: inout [Observation]
  ) {
    while oldest < order.count, let assembly = assemblies[order[oldest]], assembly.last < bound {
      dropOldest()
    }
    if !onlyNew { told.removeAll(keepingCapacity: true) }
    let news = tallies.values.filter { tally in
      guard let wasLosing = told[tally.leg] else { return true }
      return tally.partial > 0 && !wasLosing
    }
    for tally in news where told.count < Self.tallyLimit { told[tally.leg] = tally.partial > 0 }
    emit(news, into: &observations)
  }

  mutating func tallyAll(into observations: inout [Observation]) {
    while oldest < order.count { dropOldest() }
    emit(Array(tallies.values), into: &observations)
  }

  private mutating func emit(_ some: [FragmentTally], into observations: inout [Observation]) {
    for tally in some.sorted(by: { $0.leg < $1.leg }) {
      observations.append(.fragments(tally))
      tallies[tally.leg] = nil
    }
  }
}

extension FragmentTally {
  /// Adds what was told of other datagrams of the same leg; the moment stays that of the first which is partial.
  public mutating func add(_ other: Self) {
    if other.partial > 0, partial == 0 || other.time < time {
      (time, witness) = (other.time, other.witness)
    }
    complete &+= other.complete
    partial &+= other.partial
  }
}
