internal import Wire

/// A placement as the analyst works with it: what the report prints, and what the modes ask.
struct PlacementRecord: Sendable {
  var session: Int32
  /// The flow that reached the backend.
  var terminal: FlowID
  var backend: Endpoint
  var seenSource: Endpoint
  var ingressNode: Int16
  var backendNode: Int16
  var from: Timestamp
  /// When its last client datagram was seen.
  var to: Timestamp
  /// When its last answer was seen at the node that translated it back, if any.
  var lastReply: Timestamp?
  var datagrams: Int
  /// How many left the ingress node for it, where that is known to be another number.
  var sent = 0
  /// How many of its datagrams were answered, as far as the nodes that translate answers back saw.
  var replies: Int
  var confidence: Double
  /// The first and last run that make it up, as places in the ledger.
  var firstRun: Int32
  var lastRun: Int32
  /// The longest time within it without a datagram in either direction, as far as runs tell.
  var longestQuiet = Interval(nanoseconds: 0)
  /// How many stretches it is made of: more than one where a datagram was lost or the ingress changed between.
  var stretches: Int32
}

/// A session as the analyst works with it.
///
/// Ninety-six bytes, by numbers of 32 bits: with wider ones it was 144, and clearing pages was a third of the time that
/// 850,000 sessions took.
struct SessionRecord: Sendable {
  var client: Endpoint
  var front: Endpoint
  var flow: FlowID
  private var numbers = Numbers()
  var first: Timestamp
  var last: Timestamp
  private var firstPlacement: UInt32 = 0
  private var placementCount: UInt32 = 0

  private struct Numbers: Sendable {
    var datagrams: UInt32 = 0
    var ambiguous: UInt32 = 0
    var lost: UInt32 = 0
    var lostAtIngress: UInt32 = 0
    var lostBetween: UInt32 = 0
    var replies: UInt32 = 0
    var isDirect = false
  }

  init(flow: FlowID, client: Endpoint, front: Endpoint, first: Timestamp) {
    self.flow = flow
    self.client = client
    self.front = front
    self.first = first
    last = first
  }

  var datagrams: Int {
    get { Int(numbers.datagrams) }
    set { numbers.datagrams = UInt32(clamping: newValue) }
  }
  var ambiguous: Int {
    get { Int(numbers.ambiguous) }
    set { numbers.ambiguous = UInt32(clamping: newValue) }
  }
  var lost: Int {
    get { Int(numbers.lost) }
    set { numbers.lost = UInt32(clamping: newValue) }
  }
  var lostAtIngress: Int {
    get { Int(numbers.lostAtIngress) }
    set { numbers.lostAtIngress = UInt32(clamping: newValue) }
  }
  var lostBetween: Int {
    get { Int(numbers.lostBetween) }
    set { numbers.lostBetween = UInt32(clamping: newValue) }
  }
  var replies: Int {
    get { Int(numbers.replies) }
    set { numbers.replies = UInt32(clamping: newValue) }
  }
  /// Its front is its backend: no NAT is expected.
  var isDirect: Bool {
    get { numbers.isDirect }
    set { numbers.isDirect = newValue }
  }
  /// Its placements, as places in the stitcher's list.
  var placements: Range<Int> {
    get { Int(firstPlacement)..<Int(firstPlacement) + Int(placementCount) }
    set {
      firstPlacement = UInt32(truncatingIfNeeded: newValue.lowerBound)
      placementCount = UInt32(truncatingIfNeeded: newValue.count)
    }
  }
}
