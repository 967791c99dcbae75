internal import Memory

/// The runs of the ledger by flow, and those of each flow in order of time.
struct RunOrder: Sendable {
  /// Which run comes at each place.
  fileprivate var runs: [Int32]
  /// The runs of a flow are at the places `starts[flow]..<starts[flow + 1]`.
  fileprivate var starts: [Int32]
  /// Whether all runs are at their places already, as those are of one node whose flows kept to their ways.
  private(set) var isKept: Bool

  /// Sorts by the times that `clock` makes comparable.
  init(_ ledger: Ledger, _ clock: ClockOffsets) {
    let (told, flows) = (ledger.runs, ledger.book.count)
    starts = Array(inHugePages: 0, count: flows + 1)
    for run in told { starts[Int(run.flow.index) + 1] += 1 }
    for flow in 0..<flows { starts[flow + 1] += starts[flow] }
    var next = starts
    runs = Array(inHugePages: 0, count: told.count)
    isKept = true
    for (index, run) in told.enumerated() {
      let place = Int(next[Int(run.flow.index)])
      runs[place] = Int32(truncatingIfNeeded: index)
      if place != index { isKept = false }
      next[Int(run.flow.index)] += 1
    }
    for flow in 0..<flows where starts[flow + 1] - starts[flow] > 1 {
      let range = Int(starts[flow])..<Int(starts[flow + 1])
      isKept = false
      runs[range].sort { left, right in
        let (left, right) = (told[Int(left)], told[Int(right)])
        let times = (
          clock.corrected(left.first, at: Int(left.node)),
          clock.corrected(right.first, at: Int(right.node))
        )
        return times.0 != times.1 ? times.0 < times.1 : left.node < right.node
      }
    }
  }

  /// Where runs are that were at these places before.
  func places(of runs: [Int32]) -> [Int32] {
    guard !isKept, !runs.isEmpty else { return runs }
    var places: [Int32] = Array(repeating: 0, count: self.runs.count)
    for (place, run) in self.runs.enumerated() {
      places[Int(run)] = Int32(truncatingIfNeeded: place)
    }
    return runs.map { places[Int($0)] }
  }
}

extension Ledger {
  /// Puts the runs in order, so that those of a flow are neighbours.
  mutating func arrange(by order: RunOrder) {
    starts = order.starts
    if order.isKept { return }
    let told = runs
    runs = []
    runs.reserveHugePages(told.count)
    for run in order.runs { runs.append(told[Int(run)]) }
  }
}
