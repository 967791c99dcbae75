internal import Correlation
internal import Memory
internal import Wire

/// A run as the analyst keeps it: flows by number, in the direction of the flow book.
struct NodeRun: Sendable {
  var flow: FlowID
  var node: Int16
  var isFirst: Bool
  var traits: Run.Traits
  /// The most and the least of hop limits, of the direction that `hopsAreOfReverse` tells.
  var hopMost: UInt8
  var hopLeast: UInt8
  /// Whether the flow was first seen in the direction that is now its reverse: by an answer.
  var hopsAreOfReverse = false
  var forward: Half
  var reverse: Half

  struct Half: Sendable {
    var datagrams: UInt32
    var matched: UInt32
    var origin: FlowID
    var result: FlowID
    var last: Timestamp
    var lastWitness: Witness
  }

  var first: Timestamp
  var firstWitness: Witness

  /// When the last datagram of either direction was seen.
  var end: Timestamp { max(forward.last, reverse.last) }

  /// Whether a client's datagram was seen before anything had forwarded it: with a hop limit that systems begin with.
  var isSeenAtOrigin: Bool {
    guard !hopsAreOfReverse, forward.datagrams > 0 else { return false }
    return hopMost == 64 || hopMost == 128 || hopMost == 255
  }

  /// Whether this node is further from the client than another that saw the same flow.
  func isFurther(than other: Self) -> Bool {
    switch (hopsAreOfReverse, other.hopsAreOfReverse) {
    case (false, false): hopLeast < other.hopLeast
    case (true, true): hopMost > other.hopMost
    default:
      // What a node forwards as it is comes from one that only sent it.
      traits.contains(.forwardIncoming) && !other.traits.contains(.forwardIncoming)
    }
  }

  mutating func turn() {
    swap(&forward, &reverse)
    hopsAreOfReverse.toggle()
    var turned = traits.subtracting([
      .forwardIncoming, .forwardOutgoing, .reverseIncoming, .reverseOutgoing,
    ])
    if traits.contains(.forwardIncoming) { turned.insert(.reverseIncoming) }
    if traits.contains(.forwardOutgoing) { turned.insert(.reverseOutgoing) }
    if traits.contains(.reverseIncoming) { turned.insert(.forwardIncoming) }
    if traits.contains(.reverseOutgoing) { turned.insert(.forwardOutgoing) }
    traits = turned
  }
}

extension NodeRun {
  /// The runs that a node's flows were in at the end; its numbers are those of the flows.
  static func all(of last: LastRuns, from node: Int16) -> [NodeRun] {
    var runs: [NodeRun] = []
    runs.reserveHugePages(last.count)
    for place in 0..<last.count {
      guard let run = last.numbered(place) else { continue }
      runs.append(
        NodeRun(
          flow: FlowID(index: Int32(truncatingIfNeeded: place)),
          node: node,
          isFirst: run.isFirst,
          traits: run.traits,
          hopMost: run.hopMost,
          hopLeast: run.hopLeast,
          forward: Half(run.forward),
          reverse: Half(run.reverse),
          first: run.first,
          firstWitness: run.firstWitness
        )
      )
    }
    return runs
  }
}

extension NodeRun.Half {
  @inline(__always)
  fileprivate init(_ stretch: LastRuns.Numbered.Stretch) {
    datagrams = stretch.datagrams
    matched = stretch.matched
    origin = FlowID(number: stretch.origin)
    result = FlowID(number: stretch.result)
    last = stretch.last
    lastWitness = stretch.lastWitness
  }
}

extension FlowID {
  /// The flow that `Run.Numbers` names.
  @inline(__always)
  fileprivate init(number: UInt32) {
    self = number == Run.Numbers.none ? .none : Self(index: Int32(truncatingIfNeeded: number >> 1))
  }
}
