internal import System
internal import Wire

/// How a pod keeps to a leader, and whom it votes for.
extension LeaderEngine {
  mutating func heard(
    _ sender: IPAddress,
    _ new: UInt64,
    _ list: [IPAddress],
    _ round: UInt64,
    _ now: Instant
  ) {
    guard new >= term else {
      send(.refuse(term: term), to: sender)
      return
    }
    if isLeader {
      // One leader a term: an equal one is a message of our own that went astray.
      guard new > term else { return }
      stepDown(.newerTerm, at: now)
    }
    let isNew = leader != sender || new > term
    term = new
    leader = sender
    published = list
    lastLed = now
    if isNew { effects.append(.log(.following(sender, term: new))) }
    // Our former self may have voted for another, who may count on it still: to confirm this one could make two.
    if case .joining = role { return }
    bound = now
    role = .follower
    deadline = now + patience()
    send(.heard(term: new, round: round), to: sender)
  }

  /// How long to wait for the leader: the next in the list least.
  mutating func patience() -> Interval {
    let place = list.firstIndex(of: own) ?? list.count
    return lease + beat / 2 * Int64(max(1, place)) + jitter()
  }

  mutating func jitter() -> Interval {
    let most = max(1, beat.nanoseconds / 4)
    return Interval(nanoseconds: Int64.random(in: 0...most, using: &random))
  }

  /// Waits without a leader, whoever is wanted first least.
  mutating func rest(at now: Instant) {
    var wait = jitter()
    if own != preferred {
      let place = list.firstIndex(of: own) ?? list.count
      wait = wait + beat + beat / 2 * Int64(place)
    }
    deadline = now + wait + (leader == nil ? .seconds(0) : lease)
  }

  mutating func learn(_ newer: UInt64, _ now: Instant) {
    guard newer > term else { return }
    if isLeader { stepDown(.newerTerm, at: now) }
    term = newer
    if case .candidate = role {
      role = .follower
      rest(at: now)
    }
  }

  /// Whether the leader that we follow may still be leading.
  func isBound(at now: Instant) -> Bool {
    guard let bound else { return false }
    return now.since(bound) < lease
  }

  mutating func consider(
    _ sender: IPAddress,
    _ new: UInt64,
    _ isProbe: Bool,
    _ after: UInt64,
    _ now: Instant
  ) {
    if case .joining = role { return }
    guard !isLeader else { return }
    guard new > term else {
      send(.refuse(term: term), to: sender)
      return
    }
    // The leader itself gave up the term for this candidate, or its lease is over.
    guard !isBound(at: now) || (after == term && after > 0) else { return }
    if !isProbe {
      term = new
      leader = nil
      role = .follower
      bound = now
      deadline = now + patience()
    }
    send(.vote(term: new, isProbe: isProbe), to: sender)
  }
}
