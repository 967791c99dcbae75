internal import Wire

/// How long to leave a server alone that failed: twice as long every time, up to a bound, and never for the same time as
/// everybody else.
struct Backoff: Hashable, Sendable {
  static let first = Interval.milliseconds(250)
  static let longest = Interval.seconds(30)

  private(set) var failures = 0

  /// The time to wait after one more failure; at least what the server asked for.
  mutating func next(
    atLeast asked: Interval? = nil,
    using random: inout some RandomNumberGenerator
  ) -> Interval {
    let doubled = Self.first.nanoseconds << Int64(min(failures, 20))
    failures += 1
    let bound = min(doubled, Self.longest.nanoseconds)
    let wait = Int64.random(in: bound / 2...bound, using: &random)
    return max(Interval(nanoseconds: wait), asked ?? .milliseconds(0))
  }

  mutating func reset() { failures = 0 }
}
