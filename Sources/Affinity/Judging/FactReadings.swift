internal import Correlation
internal import Wire

/// What the nodes' kernels said of themselves, by node and in order of time; times as the first node's clock has them.
struct FactReadings: Sendable {
  private var byNode: [Int: [NodeFacts]] = [:]

  /// What was read longer before or after something is no witness of it.
  private static let reach = Interval.seconds(60)

  init(_ stitched: Stitcher) {
    for (node, facts) in stitched.ledger.facts {
      var facts = facts
      facts.time = stitched.clock.corrected(facts.time, at: node)
      facts.proxyStart = facts.proxyStart.map { stitched.clock.corrected($0, at: node) }
      byNode[node, default: []].append(facts)
    }
    for node in byNode.keys { byNode[node]?.sort { $0.time < $1.time } }
  }

  /// The last reading of a node.
  func last(of node: Int) -> NodeFacts? { byNode[node]?.last }

  /// What held at a node at a time: what was read last before it, or first after it.
  func facts(of node: Int, at time: Timestamp) -> NodeFacts? {
    guard let all = byNode[node] else { return nil }
    return all[max(0, Self.place(of: time, in: all) - 1)]
  }

  /// When the kube-proxy began that a node had shortly after a time.
  func proxyStart(at node: Int, after time: Timestamp) -> Timestamp? {
    guard let all = byNode[node] else { return nil }
    let place = Self.place(of: time, in: all)
    guard place < all.count, all[place].time.since(time) <= Self.reach else { return nil }
    return all[place].proxyStart
  }

  /// How many were read before a time or at it.
  private static func place(of time: Timestamp, in all: [NodeFacts]) -> Int {
    var (low, high) = (0, all.count)
    while low < high {
      let middle = (low + high) / 2
      if all[middle].time <= time { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// What was read shortly before an interval, in it and shortly after it; nil where either end is open.
  func stretch(of node: Int, from: Timestamp, to: Timestamp) -> FactStretch? {
    guard let all = byNode[node] else { return nil }
    let (first, last) = (Self.place(of: from, in: all) - 1, Self.place(of: to, in: all))
    guard first >= 0, last < all.count, from.since(all[first].time) <= Self.reach,
      all[last].time.since(to) <= Self.reach
    else { return nil }
    return FactStretch(readings: all[first...last])
  }
}

/// The readings from before something happened until after it.
struct FactStretch: Sendable {
  /// Two at least.
  let readings: ArraySlice<NodeFacts>

  private func rise<Counter: BinaryInteger>(_ counter: (NodeFacts) -> Counter?) -> Counter? {
    guard let before = readings.first.flatMap(counter), let after = readings.last.flatMap(counter)
    else { return nil }
    // A machine that was started anew counts from nothing.
    return after >= before ? after - before : after
  }

  /// How many packets conntrack dropped, and how many insertions failed.
  var droppedPackets: UInt64? { rise { $0.refusals?.packets } }
  var failedInsertions: UInt64? { rise { $0.refusals?.insertions } }
  /// How many packets strict reverse-path filtering dropped.
  var reversePathDrops: UInt64? { rise { $0.reversePath?.dropped } }
  var reversePath: NodeFacts.ReversePath? { readings.last?.reversePath }

  /// The fullest that conntrack's table was.
  var fullest: NodeFacts.Table? {
    readings.compactMap(\.table).filter { $0.limit > 0 }.max { $0.share < $1.share }
  }
}

extension NodeFacts.Table {
  /// How much of it is taken.
  var share: Double { limit > 0 ? Double(count) / Double(limit) : 0 }
}
