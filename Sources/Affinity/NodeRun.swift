internal import Correlation
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
