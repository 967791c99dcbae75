internal import Correlation
internal import Wire

/// What of one node is remembered.
struct RememberedNode: Sendable {
  /// In the order in which they were told, which is nearly that of time.
  private(set) var ended: [Observation] = []
  /// Runs that go on, by their legs: one of each but where the end of an earlier one never came.
  private var ongoing: [FiveTuple: [Run]] = [:]
  private(set) var ongoingCount = 0
  /// What a whole look at the node told last; the next one replaces it.
  var look: [Observation] = []

  var count: Int { ended.count + ongoingCount + look.count }

  /// The runs that go on, in an order of their own, so that the same ones are always told alike.
  var ongoingRuns: [Run] {
    ongoing.values.flatMap(\.self).sorted { left, right in
      (left.forward.first, left.leg) < (right.forward.first, right.leg)
    }
  }

  /// Adds what is over; a run takes the place of how it was.
  mutating func add(_ observations: [Observation]) {
    ended += observations
    guard ongoingCount > 0 else { return }
    for case .run(let run) in observations { removeEarlier(of: run) }
  }

  /// Adds how runs are that go on, in place of how they were.
  mutating func add(ongoing runs: [Run]) {
    for run in runs {
      removeEarlier(of: run)
      ongoing[run.leg, default: []].append(run)
      ongoingCount += 1
    }
  }

  /// Removes how a run was.
  ///
  /// A flow has one run at a time. One that was told before and has moments in common with it is none any more, also where
  /// it began at another one: its datagrams have turned out to have gone elsewhere, and are told with those of this run.
  private mutating func removeEarlier(of run: Run) {
    guard let index = ongoing.index(forKey: run.leg) else { return }
    let before = ongoing.values[index].count
    ongoing.values[index].removeAll { earlier in
      earlier.forward.first == run.forward.first
        || Observation.run(earlier).moments.overlaps(Observation.run(run).moments)
    }
    ongoingCount -= before - ongoing.values[index].count
    if ongoing.values[index].isEmpty { ongoing.remove(at: index) }
  }

  /// Forgets what ended before; of the node's facts that are too old the latest stay, since they hold until others come.
  mutating func forget(before time: Timestamp) {
    let latest = latestFacts(in: ended.indices) { $0 < time }.map { ended[$0] }
    ended.removeAll { $0.moments.upperBound < time && $0 != latest }
    for (leg, runs) in ongoing {
      let kept = runs.filter { Observation.run($0).moments.upperBound >= time }
      guard kept.count < runs.count else { continue }
      ongoingCount -= runs.count - kept.count
      ongoing[leg] = kept.isEmpty ? nil : kept
    }
  }

  /// Forgets the oldest of what is over, the latest facts among them excepted; answers when the last of it was, and how
  /// many went.
  mutating func forget(oldest count: Int) -> (end: Timestamp, count: Int) {
    let end = ended[count - 1].moments.upperBound
    guard let facts = latestFacts(in: 0..<count, where: { _ in true }) else {
      ended.removeFirst(count)
      return (end, count)
    }
    ended.swapAt(facts, count - 1)
    ended.removeFirst(count - 1)
    return (end, count - 1)
  }

  /// Where the latest facts are among some observations.
  private func latestFacts(in places: Range<Int>, where holds: (Timestamp) -> Bool) -> Int? {
    var latest: (place: Int, time: Timestamp)?
    for place in places {
      guard case .facts(let facts) = ended[place], holds(facts.time) else { continue }
      if latest.map({ facts.time >= $0.time }) ?? true { latest = (place, facts.time) }
    }
    return latest?.place
  }

  /// Of too many runs that go on those that were silent longest are over, as far as anybody was told.
  mutating func limitOngoing(to most: Int) {
    guard ongoingCount > most else { return }
    let byEnd = ongoingRuns.sorted { left, right in
      Observation.run(left).moments.upperBound < Observation.run(right).moments.upperBound
    }
    for run in byEnd.prefix(ongoingCount - most * 7 / 8) {
      removeEarlier(of: run)
      ended.append(.run(run))
    }
  }
}
