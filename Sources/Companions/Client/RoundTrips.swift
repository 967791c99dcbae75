public import Wire

/// How long answers took: counts in buckets that are at most a sixteenth wide, from a microsecond to a minute.
public struct RoundTrips: Hashable, Sendable {
  private static let perDoubling = 16
  private static let buckets = 27 * perDoubling

  private var counts: [UInt32] = []
  public private(set) var count: UInt64 = 0
  public private(set) var longest = Interval(nanoseconds: 0)

  public init() {}

  public mutating func add(_ time: Interval) {
    // Most clients of a large run are asked for their sums alone: nothing is held for one that was never answered.
    if counts.isEmpty { counts = Array(repeating: 0, count: Self.buckets) }
    counts[Self.bucket(time)] &+= 1
    count += 1
    longest = max(longest, time)
  }

  public mutating func add(_ others: Self) {
    guard others.count > 0 else { return }
    if counts.isEmpty { counts = Array(repeating: 0, count: Self.buckets) }
    for index in counts.indices { counts[index] &+= others.counts[index] }
    count += others.count
    longest = max(longest, others.longest)
  }

  /// The time that this share of the answers took at most; nil where there was none.
  public func percentile(_ share: Double) -> Interval? {
    guard count > 0 else { return nil }
    let rank = max(1, UInt64((Double(count) * share).rounded(.up)))
    var seen: UInt64 = 0
    for (index, bucket) in counts.enumerated() {
      seen += UInt64(bucket)
      if seen >= rank { return min(Self.end(of: index), longest) }
    }
    return longest
  }

  /// Doublings of a microsecond, each in equal parts.
  private static func bucket(_ time: Interval) -> Int {
    let nanoseconds = UInt64(max(1_024, time.nanoseconds))
    let exponent = 63 - nanoseconds.leadingZeroBitCount
    let part = Int((nanoseconds >> UInt64(exponent - 4)) & 15)
    return min(buckets - 1, (exponent - 10) * perDoubling + part)
  }

  private static func end(of bucket: Int) -> Interval {
    let (exponent, part) = (bucket / perDoubling + 10, bucket % perDoubling)
    return Interval(nanoseconds: Int64(16 + part + 1) << Int64(exponent - 4))
  }
}
