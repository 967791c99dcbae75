internal import Wire

/// How long to wait before the next attempt: twice as long each time, and never the same as all others wait.
struct Backoff {
  let shortest: Interval
  let longest: Interval
  private var failures = 0

  init(from shortest: Interval, to longest: Interval) {
    self.shortest = shortest
    self.longest = longest
  }

  /// What was tried has worked.
  mutating func reset() { failures = 0 }

  /// Between half of the time and all of it, so that agents which lost the same collector come back one by one.
  mutating func next(_ random: inout some RandomNumberGenerator) -> Interval {
    let doubled = shortest.nanoseconds << Int64(min(failures, 20))
    let most = min(doubled, longest.nanoseconds)
    failures += 1
    return Interval(nanoseconds: Int64.random(in: most / 2...most, using: &random))
  }
}
