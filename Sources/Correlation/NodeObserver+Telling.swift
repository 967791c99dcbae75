internal import Wire

/// What has been told of runs that go on, so that only what is new of them is told again.
public struct RunTelling: Sendable {
  /// The last datagram that was told of each flow, by its index.
  fileprivate var told: [Timestamp] = []
  /// Where the next round begins.
  fileprivate var next = 0

  public init() {}

  /// Has everything told again.
  public mutating func forget() {
    told.removeAll()
  }
}

extension NodeObserver {
  /// How runs are that go on, where that has changed since it was told; nothing ends.
  ///
  /// New runs are always among them, up to `mostNew`, and of those that only went on `mostChanged`, by turns.
  public mutating func tell(
    _ telling: inout RunTelling,
    mostNew: Int,
    mostChanged: Int
  ) -> [Run] {
    let count = flows.flows.count
    guard count > 0 else { return [] }
    // An index that was given to another flow has been told of earlier than that one began.
    while telling.told.count < count { telling.told.append(Timestamp(nanoseconds: .min)) }
    if telling.next >= count { telling.next = 0 }
    var pending: [Observation] = []
    swap(&pending, &observations)
    let start = telling.next
    var (new, changed) = (0, 0)
    for step in 0..<count {
      let index = start + step < count ? start + step : start + step - count
      guard !flows[index].isFree else { continue }
      let (told, last) = (telling.told[index], flows.lastSeen(index))
      guard last > told else { continue }
      if told < flows[index].start {
        guard new < mostNew else { continue }
        new += 1
      } else {
        guard changed < mostChanged else { continue }
        changed += 1
        telling.next = index + 1
      }
      telling.told[index] = last
      emitRun(of: index)
    }
    swap(&pending, &observations)
    return pending.compactMap { if case .run(let run) = $0 { run } else { nil } }
  }
}
