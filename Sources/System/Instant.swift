internal import Glibc
public import Wire

/// A moment on the machine's monotonic clock: it never jumps, and means nothing on another machine.
@frozen
public struct Instant: Hashable, Comparable, Sendable {
  public var nanoseconds: Int64

  @inlinable
  public init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  @inlinable
  public static func < (left: Self, right: Self) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// The time from `start` to this moment.
  @inlinable
  public func since(_ start: Self) -> Interval {
    Interval(nanoseconds: nanoseconds &- start.nanoseconds)
  }

  @inlinable
  public static func + (moment: Self, interval: Interval) -> Self {
    Self(nanoseconds: moment.nanoseconds &+ interval.nanoseconds)
  }

  @inlinable
  public static func - (moment: Self, interval: Interval) -> Self {
    Self(nanoseconds: moment.nanoseconds &- interval.nanoseconds)
  }
}

extension Instant {
  public static func now() -> Self {
    Self(nanoseconds: read(CLOCK_MONOTONIC))
  }
}

extension Timestamp {
  /// The wall clock.
  public static func now() -> Self {
    Self(nanoseconds: read(CLOCK_REALTIME))
  }
}

private func read(_ clock: clockid_t) -> Int64 {
  var time = timespec()
  // SAFETY: the kernel fills `time`, which outlives the call; these two clocks always exist.
  unsafe clock_gettime(clock, &time)
  return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
}

/// Sleeps on the monotonic clock until `moment`; a signal may end it early.
public func sleep(until moment: Instant) {
  var time = timespec(
    tv_sec: Int(moment.nanoseconds / 1_000_000_000),
    tv_nsec: Int(moment.nanoseconds % 1_000_000_000)
  )
  // SAFETY: the kernel reads `time` during the call and writes nothing back.
  unsafe _ = clock_nanosleep(CLOCK_MONOTONIC, Int32(TIMER_ABSTIME), &time, nil)
}
