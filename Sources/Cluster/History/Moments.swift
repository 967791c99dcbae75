internal import Wire

/// When the snapshots of a history were taken, as far as that is known, in their order.
struct Moments: Sendable {
  /// The first and the last snapshot that may describe a time; equal where there is no doubt.
  typealias Span = ClosedRange<Int32>

  private(set) var times: [Timestamp?] = []
  private var known: [(time: Timestamp, epoch: Int32)] = []

  mutating func append(_ time: Timestamp?) {
    if let time { known.append((time, Int32(times.count))) }
    times.append(time)
  }

  /// The first snapshot holds from the beginning and the last to the end; between two, either may.
  func span(at time: Timestamp) -> Span {
    guard times.count > 1 else { return 0...0 }
    var low = 0
    var high = known.count
    while low < high {
      let middle = (low + high) / 2
      if known[middle].time <= time { low = middle + 1 } else { high = middle }
    }
    let first = low > 0 ? known[low - 1].epoch : 0
    let last = low < known.count ? known[low].epoch : Int32(times.count - 1)
    return first...max(first, last)
  }

  /// The bounds of a change that the snapshot `epoch` was the first to show.
  func bounds(before epoch: Int) -> (after: Timestamp?, before: Timestamp?) {
    var low = 0
    var high = known.count
    while low < high {
      let middle = (low + high) / 2
      if Int(known[middle].epoch) < epoch { low = middle + 1 } else { high = middle }
    }
    return (low > 0 ? known[low - 1].time : nil, low < known.count ? known[low].time : nil)
  }

  /// Puts snapshots in order: those of a known time by it, the others where they were given.
  static func ordered(_ snapshots: [ClusterSnapshot]) -> [ClusterSnapshot] {
    let places = snapshots.indices.filter { snapshots[$0].takenAt != nil }
    let sorted = places.sorted { left, right in
      let (first, second) = (snapshots[left].takenAt, snapshots[right].takenAt)
      guard let first, let second, first != second else { return left < right }
      return first < second
    }
    var result = snapshots
    for (place, source) in zip(places, sorted) { result[place] = snapshots[source] }
    return result
  }
}
