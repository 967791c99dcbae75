/// A moment, in nanoseconds since 1970-01-01T00:00:00Z, as a capture recorded it.
public struct Timestamp: Hashable, Comparable, Sendable {
  public var nanoseconds: Int64

  @inlinable
  public init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  @inlinable
  public static func < (left: Self, right: Self) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// The time from `start` to this moment; hostile time stamps wrap, they never trap.
  @inlinable
  public func since(_ start: Timestamp) -> Interval {
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

/// A length of time in nanoseconds: eight bytes where the standard library's `Duration` takes sixteen.
public struct Interval: Hashable, Comparable, Sendable {
  public var nanoseconds: Int64

  @inlinable
  public init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  @inlinable
  public static func < (left: Self, right: Self) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  @inlinable
  public static func microseconds(_ count: Int64) -> Self {
    Self(nanoseconds: count &* 1_000)
  }

  @inlinable
  public static func milliseconds(_ count: Int64) -> Self {
    Self(nanoseconds: count &* 1_000_000)
  }

  @inlinable
  public static func seconds(_ count: Int64) -> Self {
    Self(nanoseconds: count &* 1_000_000_000)
  }

  @inlinable
  public static func + (left: Self, right: Self) -> Self {
    Self(nanoseconds: left.nanoseconds &+ right.nanoseconds)
  }

  @inlinable
  public var inSeconds: Double { Double(nanoseconds) / 1e9 }
}
