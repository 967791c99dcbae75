import Wire

extension NodeObserver {
  /// What the window holds that may be earlier sightings of one datagram.
  private struct Candidates {
    var count = 0
    /// The oldest free entry, and the oldest within the usual transit.
    var oldest: UInt64 = 0
    var oldestNear: UInt64?
    var nearCount = 0
    /// The oldest free entry whose flow is known to become this leg.
    var linked: UInt64?
    /// Whether they belong to more than one flow.
    var severalRoots = false
    var severalNearRoots = false
    var root = Leg.none
    var nearRoot = Leg.none
    /// Whether other datagrams look the same, matched or not.
    var sawLookAlike = false
  }

  /// Ten times the longest transit through a node that was recorded.
  private static let usualTransit = Interval.milliseconds(1)
  /// How long a packet takes from a bridge to one of its ports: two microseconds where it was recorded.
  private static let bridgeTransit = Interval.microseconds(50)
  /// A payload shorter than this says too little to be taken as unique.
  private static let tellingLength: UInt32 = 12
  /// What is shorter is no pause, whatever a client's rhythm.
  static let leastPause: Int64 = 250_000_000
  /// How far back equal fingerprints are looked through.
  private static let searchLimit = 64

  @inline(never)
  mutating func match(
    _ sighting: borrowing Sighting,
    _ leg: Leg,
    _ vantage: UInt16,
    _ frame: UInt32,
    isNew: Bool
  ) {
    let tag = UInt32(truncatingIfNeeded: sighting.fingerprint.key)
    var candidates = Candidates()
    var cursor = window.newest(tag)
    var steps = 0
    var isNewestOfLeg = true
    while let number = cursor, steps < Self.searchLimit {
      let entry = window[number]
      if entry.tag == tag, entry.payloadLength == sighting.payloadLength,
        !contradicts(entry, sighting.fingerprint)
      {
        if entry.leg == leg {
          if isNewestOfLeg, isRepeat(sighting, of: entry, at: vantage) {
            noteRepeat(sighting, of: number, leg)
            return
          }
          isNewestOfLeg = false
          candidates.sawLookAlike = true
        } else if isAdmissible(entry, before: sighting, leg, vantage, isNew: isNew) {
          if entry.flags & MatchWindow.hasSuccessor == 0 {
            consider(number, entry, sighting, leg, &candidates)
          } else if entry.root.flow != candidates.root.flow {
            candidates.sawLookAlike = true
          }
        }
      }
      cursor = window.older(than: number)
      steps &+= 1
    }
    noteDatagram(sighting, leg, frame)
    guard candidates.count > 0 else {
      if !flows.origin(of: leg).isNone { noteOrphan(leg) }
      votes.abstain(leg)
      addEntry(sighting, leg, vantage, frame, root: leg)
      return
    }
    decide(sighting, leg, vantage, frame, &candidates)
  }

  @inline(always)
  private func contradicts(_ entry: MatchWindow.Entry, _ fingerprint: Fingerprint) -> Bool {
    switch min(entry.held, fingerprint.held) {
    case .little, .short: false
    case .middle: entry.middle != fingerprint.middle
    case .long: entry.long != fingerprint.long
    }
  }

  /// Whether a sighting is the entry's own datagram again, further on its way on the same leg.
  ///
  /// Equal datagrams of one leg all start at the same vantage with the same hop limit; only their way on is elsewhere.
  @inline(always)
  private func isRepeat(
    _ sighting: borrowing Sighting,
    of entry: MatchWindow.Entry,
    at vantage: UInt16
  ) -> Bool {
    if sighting.hopLimit < entry.hopLimit { return true }
    if sighting.hopLimit > entry.hopLimit { return false }
    if vantage != entry.firstVantage { return true }
    // Where interfaces are not told, equal datagrams this close are one, on its way from a bridge to its port.
    if sighting.interface == 0, sighting.time.since(entry.time) <= Self.bridgeTransit {
      return true
    }
    // IPv4's id marks the datagram itself: the same one twice at one place is a copy.
    return sighting.fingerprint.hasIdentity ? sighting.pair.isV4 : false
  }

  /// Whether physics allows that the entry's datagram became this one inside the node.
  @inline(always)
  private func isAdmissible(
    _ entry: MatchWindow.Entry,
    before sighting: borrowing Sighting,
    _ leg: Leg,
    _ vantage: UInt16,
    isNew: Bool
  ) -> Bool {
    guard entry.leg.flow != leg.flow, entry.hopLimit >= sighting.hopLimit,
      entry.hopLimit &- sighting.hopLimit <= 8
    else { return false }
    if entry.direction == .outgoing, sighting.direction != .outgoing,
      sighting.direction != .unknown, entry.hopLimit == sighting.hopLimit
    {
      return false
    }
    // One place shows a datagram once before it was forwarded: the next one there is another.
    if vantage == entry.firstVantage, entry.hopLimit == sighting.hopLimit { return false }
    let pair = flows[entry.leg.flow].pair
    // An answer runs the other way: it comes from where the datagram went, or goes to where that came from.
    if pair.isAnswered(by: sighting.pair, isReversed: entry.leg.isReverse) { return false }
    if sighting.fingerprint.hasIdentity || isNew { return true }
    return entry.root.direction == leg.direction
      || flows.result(of: entry.root) == leg
  }

  @inline(always)
  private func consider(
    _ number: UInt64,
    _ entry: MatchWindow.Entry,
    _ sighting: borrowing Sighting,
    _ leg: Leg,
    _ candidates: inout Candidates
  ) {
    if candidates.count > 0, entry.root != candidates.root {
      candidates.severalRoots = true
      candidates.sawLookAlike = true
    }
    candidates.count &+= 1
    candidates.root = entry.root
    candidates.oldest = number
    if sighting.time.since(entry.time) <= Self.usualTransit {
      if candidates.nearCount > 0, entry.root != candidates.nearRoot {
        candidates.severalNearRoots = true
      }
      candidates.nearCount &+= 1
      candidates.nearRoot = entry.root
      candidates.oldestNear = number
    }
    let result = flows.result(of: entry.root)
    if result == leg
      || (!result.isNone && flows.result(of: leg) == result && flows.origin(of: leg) == entry.root)
    {
      candidates.linked = number
    }
  }

  /// Takes the candidates by reference only because a copy would wait for all of their small fields to be written.
  @inline(never)
  private mutating func decide(
    _ sighting: borrowing Sighting,
    _ leg: Leg,
    _ vantage: UInt16,
    _ frame: UInt32,
    _ candidates: inout Candidates
  ) {
    let fingerprint = sighting.fingerprint
    if fingerprint.hasIdentity {
      // An id has sixteen bits and is often shared: for a leg that was there before, says the same again and again and
      // was never made of this one, it is no proof.
      let half = flows[leg]
      let isDoubtful = candidates.severalRoots || (half.datagrams > 1 && half.repeats > 0)
      if let chosen = candidates.linked ?? (isDoubtful ? nil : candidates.oldest) {
        let tier: Tier =
          candidates.severalRoots
          ? .flow : fingerprint.held == .little ? .residue : .identity
        accept(chosen, tier, sighting, leg, vantage, frame)
        return
      }
    } else {
      let length = sighting.payloadLength
      let isTelling =
        !candidates.sawLookAlike && length >= Self.tellingLength
        && fingerprint.held > .little && flows[leg].repeats == 0
      if let chosen = candidates.linked {
        accept(chosen, isTelling ? .prefix : .flow, sighting, leg, vantage, frame)
        return
      }
      if isTelling, !candidates.severalRoots {
        accept(candidates.oldest, .prefix, sighting, leg, vantage, frame)
        return
      }
    }
    decideByVote(sighting, leg, vantage, frame, candidates)
  }

  private mutating func decideByVote(
    _ sighting: borrowing Sighting,
    _ leg: Leg,
    _ vantage: UInt16,
    _ frame: UInt32,
    _ candidates: Candidates
  ) {
    guard let chosen = candidates.oldestNear ?? (candidates.severalRoots ? nil : candidates.oldest)
    else {
      countAmbiguous()
      addEntry(sighting, leg, vantage, frame, root: leg)
      return
    }
    let entry = window[chosen]
    let isSole = candidates.nearCount > 0 && !candidates.severalNearRoots
    if let seen = votes.vote(for: entry.root, of: leg, isSole: isSole) {
      countAmbiguous(by: 1 - seen)
      link(entry, to: leg, datagrams: UInt32(seen), Self.traits(of: sighting, after: entry))
      countMatch(.flow, by: seen)
      window[chosen].flags |= MatchWindow.hasSuccessor
      addEntry(sighting, leg, vantage, frame, root: entry.root)
    } else {
      countAmbiguous()
      // Spoken for, so that the next look-alike considers the next in line.
      window[chosen].flags |= MatchWindow.hasSuccessor
      addEntry(sighting, leg, vantage, frame, root: leg, flags: MatchWindow.isSpoken)
    }
  }

  @inline(always)
  private mutating func accept(
    _ number: UInt64,
    _ tier: Tier,
    _ sighting: borrowing Sighting,
    _ leg: Leg,
    _ vantage: UInt16,
    _ frame: UInt32
  ) {
    let entry = window[number]
    window[number].flags |= MatchWindow.hasSuccessor
    countMatch(tier)
    if tier != .flow { votes.forget(leg) }
    var traits = Self.traits(of: sighting, after: entry)
    if tier != .flow { traits.insert(.proven) }
    link(entry, to: leg, datagrams: 1, traits)
    addEntry(sighting, leg, vantage, frame, root: entry.root)
  }

  /// What a datagram that became another's twin tells of the flow that it was.
  @inline(always)
  private static func traits(
    of sighting: borrowing Sighting,
    after entry: MatchWindow.Entry
  ) -> Run.Traits {
    hasLeft(sighting, since: entry.hopLimit) ? .leftAsResult : []
  }

  /// Whether a datagram is past all that a node does with it: it is seen going out, or was forwarded since.
  @inline(always)
  private static func hasLeft(_ sighting: borrowing Sighting, since hopLimit: UInt8) -> Bool {
    let isOutgoing = sighting.direction == .outgoing
    let isForwarded = sighting.hopLimit < hopLimit
    return isOutgoing || isForwarded
  }

  @inline(always)
  private mutating func addEntry(
    _ sighting: borrowing Sighting,
    _ leg: Leg,
    _ vantage: UInt16,
    _ frame: UInt32,
    root: Leg,
    flags: UInt8 = 0
  ) {
    _ = window.add(
      MatchWindow.Entry(
        time: sighting.time,
        previous: previousTime,
        previousFrame: previousFrame,
        frame: frame,
        tag: UInt32(truncatingIfNeeded: sighting.fingerprint.key),
        middle: sighting.fingerprint.middle,
        long: sighting.fingerprint.long,
        leg: leg,
        root: root,
        older: 0,
        payloadLength: sighting.payloadLength,
        firstVantage: vantage,
        hopLimit: sighting.hopLimit,
        held: sighting.fingerprint.held,
        direction: sighting.direction,
        flags: sighting.direction == .outgoing ? flags | MatchWindow.hasLeft : flags
      )
    )
  }

  /// Takes note that a datagram was seen again further on the same leg.
  @inline(always)
  private mutating func noteRepeat(_ sighting: borrowing Sighting, of number: UInt64, _ leg: Leg) {
    countRepeat()
    let root = window[number].root
    if root != leg, !root.isReverse, flows.result(of: root) == leg,
      Self.hasLeft(sighting, since: window[number].hopLimit)
    {
      flows.update(root.flow) { $0.traits.formUnion(.leftAsResult) }
    }
    if sighting.hopLimit < window[number].hopLimit {
      window[number].hopLimit = sighting.hopLimit
      window[number].flags |= MatchWindow.wasForwarded
    }
    window[number].direction = sighting.direction
    if sighting.direction == .outgoing, window[number].flags & MatchWindow.hasLeft == 0 {
      window[number].flags |= MatchWindow.hasLeft
      // Of a flow that is translated it went past its translation: it is not on the way of the others.
      if flows.result(of: leg).isNone { flows.update(leg) { $0.matched &+= 1 } }
    }
    let vantage = Vantage(of: sighting, isReverse: leg.isReverse)
    flows.update(leg.flow) { flow in
      vantage.note(in: &flow)
      if !leg.isReverse { flow.traits.insert(.severalVantages) }
    }
    if sighting.features.contains(.isFirstFragment) {
      fragments.begin(copy sighting, flows.tuple(leg))
    }
  }

  /// Takes note of a datagram that is new on its leg.
  @inline(always)
  private mutating func noteDatagram(
    _ sighting: borrowing Sighting,
    _ leg: Leg,
    _ frame: UInt32
  ) {
    // Of the payload alone, where enough of it is held: ids would hide that it is the same again.
    let key =
      sighting.fingerprint.held >= .middle
      ? UInt16(truncatingIfNeeded: sighting.fingerprint.middle)
      : UInt16(truncatingIfNeeded: sighting.fingerprint.key >> 32)
    let time = sighting.time
    let hasLeft = sighting.direction == .outgoing
    let vantage = Vantage(of: sighting, isReverse: leg.isReverse)
    let before: (time: Timestamp, frame: UInt32, datagrams: UInt32)
    if leg.isReverse {
      before = flows.update(leg) { $0.note(time, frame, key, hasLeft: hasLeft) }
      flows.update(leg.flow) { vantage.note(in: &$0) }
    } else {
      before = flows.update(leg.flow) { flow in
        vantage.note(in: &flow)
        return flow.forward.note(time, frame, key, hasLeft: hasLeft)
      }
    }
    previousTime = before.time
    previousFrame = before.frame
    if before.datagrams >= 3, !leg.isReverse,
      time.nanoseconds &- before.time.nanoseconds > Self.leastPause
    {
      notePause(leg, before, time, frame, hasLeft: hasLeft)
    }
    if sighting.features.contains(.isFirstFragment) {
      fragments.begin(copy sighting, flows.tuple(leg))
    }
    if Self.isMarkRead(before.datagrams) { noteConnection(sighting, leg, count: before.datagrams) }
  }

  /// Whether the datagram after so many others of its leg is asked for its connection's mark.
  ///
  /// Two in a row, now and then: a connection may change its ids.
  @inline(always)
  private static func isMarkRead(_ count: UInt32) -> Bool {
    switch count {
    case 3, 4, 63, 64, 1023, 1024, 16383, 16384: true
    default: false
    }
  }

  /// Tells of a connection mark that two datagrams in a row carried.
  private mutating func noteConnection(
    _ sighting: borrowing Sighting,
    _ leg: Leg,
    count: UInt32
  ) {
    let mark = ConnectionMark(sighting.beginning)
    if mark.isNone { return }
    if count & 1 != 0 {
      if marks.count < 1 << 16 { marks[leg] = mark }
      return
    }
    guard marks.removeValue(forKey: leg) == mark else { return }
    observations.append(
      .connection(ConnectionSeen(leg: flows.tuple(leg), mark: mark, time: sighting.time))
    )
  }
}

/// What one sighting tells of its flow's run.
private struct Vantage {
  private var traits: Run.Traits = []
  private let hopLimit: UInt8
  private let isReverse: Bool

  @inline(always)
  init(of sighting: borrowing Sighting, isReverse: Bool) {
    hopLimit = sighting.hopLimit
    self.isReverse = isReverse
    switch sighting.direction {
    case .incoming, .otherHost: traits.insert(isReverse ? .reverseIncoming : .forwardIncoming)
    case .outgoing: traits.insert(isReverse ? .reverseOutgoing : .forwardOutgoing)
    case .unknown: break
    }
    if sighting.direction != .otherHost { traits.insert(.addressedHere) }
    if sighting.depth > 0 { traits.insert(.tunnelled) }
    if sighting.features.contains(.hasUnusualOption) { traits.insert(.unusualOption) }
  }

  @inline(always)
  func note(in flow: inout Flow) {
    flow.traits.formUnion(traits)
    if isReverse { return }
    if hopLimit > flow.hopMost { flow.hopMost = hopLimit }
    if hopLimit < flow.hopLeast { flow.hopLeast = hopLimit }
  }
}
