internal import Correlation
internal import Wire

/// How far each node's clock is ahead of the first node's, from flows that two nodes saw in both directions.
///
/// Transit adds to one direction what it takes from the other, so that the mean of both is the clocks' difference.
struct ClockOffsets: Sendable {
  /// Nil where nothing ties a node to the first one.
  private(set) var offsets: [Interval?]

  init(_ ledger: Ledger, nodes: Int) {
    offsets = Array(repeating: nil, count: nodes)
    guard nodes > 0 else { return }
    offsets[0] = Interval(nanoseconds: 0)
    guard nodes > 1 else { return }
    let differences = Self.differences(ledger, nodes: nodes)
    var reached = [0]
    while let node = reached.popLast() {
      for other in 0..<nodes where offsets[other] == nil {
        let pair = node < other ? (node, other) : (other, node)
        guard let samples = differences[pair.0 * nodes + pair.1], !samples.isEmpty,
          let known = offsets[node]
        else { continue }
        let difference = samples.sorted()[samples.count / 2]
        offsets[other] = Interval(
          nanoseconds: known.nanoseconds &+ (node < other ? difference : 0 &- difference)
        )
        reached.append(other)
      }
    }
  }

  func corrected(_ time: Timestamp, at node: Int) -> Timestamp {
    guard let offset = offsets[node] else { return time }
    return time - offset
  }

  private static let sampleLimit = 1 << 12

  /// By pair of nodes: by how much the second one's clock is ahead, one sample a flow.
  private static func differences(_ ledger: Ledger, nodes: Int) -> [Int: [Int64]] {
    struct Totals {
      var forward = 0
      var reverse = 0
      var forwardLast = Int64.min
      var reverseLast = Int64.min
      var leaves = false
      var enters = false
    }
    // Only flows that several nodes saw: their runs are few, grouped here by flow and node.
    var nodesOf: [UInt32] = Array(repeating: 0, count: ledger.book.count)
    for run in ledger.runs { nodesOf[Int(run.flow.index)] |= 1 << UInt32(run.node & 31) }
    var shared: [FlowID: [Int: Totals]] = [:]
    for run in ledger.runs where nodesOf[Int(run.flow.index)].nonzeroBitCount > 1 {
      if shared.count >= sampleLimit, shared[run.flow] == nil { continue }
      var totals = shared[run.flow, default: [:]][Int(run.node)] ?? Totals()
      totals.forward += Int(run.forward.datagrams)
      totals.reverse += Int(run.reverse.datagrams)
      totals.forwardLast = max(totals.forwardLast, run.forward.last.nanoseconds)
      totals.reverseLast = max(totals.reverseLast, run.reverse.last.nanoseconds)
      // A result of the node's NAT leaves it, even where the capture tells no directions.
      if run.traits.contains(.forwardOutgoing) || !run.forward.origin.isNone {
        totals.leaves = true
      }
      if !run.traits.contains(.forwardOutgoing) || run.traits.contains(.forwardIncoming) {
        totals.enters = true
      }
      shared[run.flow, default: [:]][Int(run.node)] = totals
    }
    var differences: [Int: [Int64]] = [:]
    for (_, seen) in shared {
      let places = seen.keys.sorted()
      for (position, first) in places.enumerated() {
        for second in places[(position + 1)...] {
          // Equal counts on both sides: their last datagrams are the same ones.
          guard let left = seen[first], let right = seen[second], left.forward == right.forward,
            left.reverse == right.reverse, left.forward > 0, left.reverse > 0,
            // What came in at both was never at both: a client that changed its way in.
            (left.leaves && right.enters) || (left.enters && right.leaves)
          else { continue }
          let forward = right.forwardLast &- left.forwardLast
          let reverse = right.reverseLast &- left.reverseLast
          differences[first * nodes + second, default: []].append(forward / 2 &+ reverse / 2)
        }
      }
    }
    return differences
  }
}
