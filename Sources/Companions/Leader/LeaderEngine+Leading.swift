internal import System
internal import Wire

/// How a pod becomes the leader, and stays it as long as a majority hears it.
extension LeaderEngine {
  mutating func nominated(_ given: UInt64, _ now: Instant, _ time: Timestamp) {
    guard !isLeader, given >= term || given == 0 else { return }
    if case .joining = role { return }
    preferred = own
    // Its leader has stepped down already: no lease stands in the way of those who followed that term.
    let isReleased = given == term && given > 0
    guard isReleased || !isBound(at: now) else { return }
    stand(isProbe: !isReleased, after: isReleased ? given : 0, at: now, time)
  }

  mutating func stand(
    isProbe: Bool,
    after: UInt64,
    at now: Instant,
    _ time: Timestamp
  ) {
    let clock = UInt64(max(0, time.nanoseconds / 1_000_000))
    let proposed = max(term + 1, clock)
    if !isProbe {
      term = proposed
      leader = nil
      bound = nil
    }
    role = .candidate(votes: [own], isProbe: isProbe, proposed: proposed, after: after)
    deadline = now + beat * 2
    tell(.stand(term: proposed, isProbe: isProbe, after: after))
    // Alone, or one of two.
    evaluate(at: now, time)
  }

  mutating func count(
    _ sender: IPAddress,
    _ its: UInt64,
    _ isProbe: Bool,
    _ now: Instant,
    _ time: Timestamp
  ) {
    guard case .candidate(var votes, let ours, let proposed, let after) = role, ours == isProbe,
      proposed == its, now < deadline
    else { return }
    votes.insert(sender)
    role = .candidate(votes: votes, isProbe: ours, proposed: proposed, after: after)
    evaluate(at: now, time)
  }

  mutating func evaluate(at now: Instant, _ time: Timestamp) {
    guard case .candidate(let votes, let isProbe, let proposed, let after) = role,
      isEnough(votes, at: now)
    else { return }
    guard !isProbe else {
      stand(isProbe: false, after: after, at: now, time)
      return
    }
    term = proposed
    role = .leader
    leader = own
    bound = nil
    published = resolved
    confirmed = [:]
    roundStarts = [:]
    // The lease begins with the candidacy: voters are bound to nobody else since then.
    for voter in votes { confirmed[voter] = deadline - beat * 2 }
    effects.append(.log(.leading(term: term)))
    beatOnce(at: now)
  }

  /// Whether these are a majority, of what the name resolves to and of what the last leader published.
  ///
  /// Where nobody has led for so long that most of those published must be gone, the name alone counts.
  func isEnough(_ votes: Set<IPAddress>, at now: Instant) -> Bool {
    func isMajority(of list: [IPAddress]) -> Bool {
      let needed = list.count <= 2 ? 1 : list.count / 2 + 1
      return list.count { votes.contains($0) } >= needed
    }
    let isStale = lastLed.map { now.since($0) > beat * 10 } ?? true
    return isMajority(of: resolved) && (isStale || published.isEmpty || isMajority(of: published))
  }

  mutating func beatOnce(at now: Instant) {
    round += 1
    roundStarts[round] = now
    roundStarts[round &- 8] = nil
    nextHeartbeat = now + beat
    deadline = leaseEnd(at: now)
    tell(.heartbeat(term: term, list: list, round: round))
  }

  mutating func confirm(_ sender: IPAddress, _ its: UInt64, _ round: UInt64) {
    guard isLeader, its == term, let start = roundStarts[round] else { return }
    confirmed[sender] = max(confirmed[sender] ?? start, start)
  }

  /// When a majority's promise not to vote for another ends.
  func leaseEnd(at now: Instant) -> Instant {
    func end(_ list: [IPAddress]) -> Instant {
      let needed = list.count <= 2 ? 1 : list.count / 2 + 1
      let starts = list.map { $0 == own ? now : confirmed[$0] ?? Instant(nanoseconds: 0) }
        .sorted(by: >)
      return starts[min(needed, starts.count) - 1] + lease
    }
    return end(resolved)
  }

  mutating func stepDown(_ reason: StepDown, at now: Instant) {
    effects.append(.log(.steppedDown(term: term, reason: reason)))
    role = .follower
    leader = nil
    lastLed = now
    // As the leader we have promised nothing to another.
    bound = nil
    deadline = now + lease + beat / 2 * Int64(list.count) + jitter()
  }

  mutating func tell(_ message: LeaderMessage) {
    for address in list where address != own { send(message, to: address) }
  }

  mutating func send(_ message: LeaderMessage, to address: IPAddress) {
    guard address != own else { return }
    effects.append(.send(message, to: address))
  }
}
