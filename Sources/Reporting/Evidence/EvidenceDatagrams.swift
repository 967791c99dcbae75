internal import Wire

/// The picked frames in the order in which they are written, and which of them are one datagram.
struct EvidenceDatagrams {
  typealias Pick = EvidenceCollector.Pick

  /// In order of time, by the first node's clock; a frame's number in the written file is its index and one.
  private(set) var picks: [Pick]
  /// The datagram of each pick, from 1; nil for what is no part of one.
  private(set) var datagram: [Int?] = []
  /// The first sighting of each datagram, as an index into `picks`.
  private(set) var first: [Int] = []

  init(_ collector: EvidenceCollector) {
    picks = collector.picks.values.sorted { left, right in
      let (a, b) = (collector.corrected(left.frame), collector.corrected(right.frame))
      return a != b ? a < b : left.frame.key < right.frame.key
    }
    // Findings may name two sightings of one datagram: their seeds then share frames.
    var parent = Array(0..<collector.seedCount)
    func root(_ seed: Int) -> Int {
      var seed = seed
      while parent[seed] != seed { seed = parent[seed] }
      return seed
    }
    for pick in picks {
      guard let one = pick.seeds.min() else { continue }
      for other in pick.seeds { parent[root(other)] = root(one) }
    }
    var numbers: [Int: Int] = [:]
    for (index, pick) in picks.enumerated() {
      guard let seed = pick.seeds.min() else {
        datagram.append(nil)
        continue
      }
      let number = numbers[root(seed)] ?? numbers.count + 1
      if numbers[root(seed)] == nil {
        numbers[root(seed)] = number
        first.append(index)
      }
      datagram.append(number)
    }
  }
}
