internal import Wire

extension Interval {
  static func * (interval: Self, factor: Int64) -> Self {
    Self(nanoseconds: interval.nanoseconds * factor)
  }

  static func / (interval: Self, divisor: Int64) -> Self {
    Self(nanoseconds: interval.nanoseconds / divisor)
  }

  static func - (left: Self, right: Self) -> Self {
    Self(nanoseconds: left.nanoseconds - right.nanoseconds)
  }

  static func + (left: Self, right: Self) -> Self {
    Self(nanoseconds: left.nanoseconds + right.nanoseconds)
  }
}
