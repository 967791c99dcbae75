internal import Wire

/// A placement as the analyst works with it: what the report prints, and what the modes ask.
///
/// A hundred and twenty bytes: in this order narrow fields fill the gaps that endpoints leave.
struct PlacementRecord: Sendable {
  var session: Int32
  /// The flow that reached the backend.
  let terminal: FlowID
  let backend: Endpoint
  let ingressNode: Int16
  /// The first and last run that make it up, as places in the ledger.
  let firstRun: Int32
  let seenSource: Endpoint
  let backendNode: Int16
  var lastRun: Int32
  let from: Timestamp
  /// When its last client datagram was seen.
  var to: Timestamp
  var confidence: Double
  /// The longest time within it without a datagram in either direction, as far as runs tell.
  var longestQuiet = Interval(nanoseconds: 0)
  private var numbers = Numbers()
  /// How many stretches it is made of: more than one where a datagram was lost or the ingress changed between.
  var stretches: Int32 = 1
  /// When its last answer was seen at the node that translated it back, if any.
  var lastReply: Timestamp?

  private struct Numbers: Sendable {
    var datagrams: UInt32 = 0
    var sent: UInt32 = 0
    var replies: UInt32 = 0
  }

  init(
    session: Int32,
    terminal: FlowID,
    tuple: FiveTuple,
    ingressNode: Int16,
    backendNode: Int16,
    from: Timestamp,
    to: Timestamp,
    lastReply: Timestamp?,
    datagrams: Int,
    replies: Int,
    confidence: Double,
    firstRun: Int32,
    lastRun: Int32
  ) {
    self.session = session
    self.terminal = terminal
    backend = tuple.destination
    seenSource = tuple.source
    self.ingressNode = ingressNode
    self.backendNode = backendNode
    self.from = from
    self.to = to
    self.lastReply = lastReply
    self.confidence = confidence
    self.firstRun = firstRun
    self.lastRun = lastRun
    self.datagrams = datagrams
    self.replies = replies
  }

  var datagrams: Int {
    get { Int(numbers.datagrams) }
    set { numbers.datagrams = UInt32(clamping: newValue) }
  }
  /// How many left the ingress node for it, where that is known to be another number.
  var sent: Int {
    get { Int(numbers.sent) }
    set { numbers.sent = UInt32(clamping: newValue) }
  }
  /// How many of its datagrams were answered, as far as the nodes that translate answers back saw.
  var replies: Int {
    get { Int(numbers.replies) }
    set { numbers.replies = UInt32(clamping: newValue) }
  }
}

/// A session as the analyst works with it.
///
/// Ninety-six bytes, by numbers of 32 bits: with wider ones it was 144, and clearing pages was a third of the time that
/// 850,000 sessions took.
struct SessionRecord: Sendable {
  var client: Endpoint
  var front: Endpoint
  /// Its front is its backend: no NAT is expected.
  var isDirect = false
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
  }

  init(flow: FlowID, client: Endpoint, front: Endpoint, first: Timestamp) {
    self.flow = flow
    self.client = client
    self.front = front
    self.first = first
    last = first
  }

  /// Whether it began before the other; of two that began together, the one whose client and front come first.
  @inline(__always)
  func precedes(_ other: Self) -> Bool {
    if first != other.first { return first < other.first }
    return client != other.client ? client < other.client : front < other.front
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
  /// Takes note of datagrams that are missing: those that may be ambiguous, and those that went nowhere.
  mutating func lose(_ count: Int, between: Int, ambiguous: Int) {
    self.ambiguous += ambiguous
    lost += count
    let between = min(between, count)
    lostBetween += between
    lostAtIngress += count - between
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
