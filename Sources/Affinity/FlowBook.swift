internal import Memory
internal import Wire

/// A flow of the whole cluster: a leg and its reverse, wherever they were seen.
struct FlowID: Hashable, Sendable, Comparable {
  var index: Int32

  static let none = Self(index: -1)

  var isNone: Bool { index < 0 }

  static func < (left: Self, right: Self) -> Bool { left.index < right.index }
}

/// The flows of all nodes by their addresses: equal tuples at different nodes are one flow, for between nodes addresses
/// no longer change.
struct FlowBook: Sendable {
  /// In the direction in which the flow was entered; one that only its number tells of is yet to be entered, and blank.
  private(set) var tuples: [FiveTuple] = []
  /// Empty until a flow has to be found by its addresses.
  ///
  /// The flows of one node are told apart by its own numbers; hashing 1.7 million of them was a tenth of the analysis.
  private var slots: [Int32] = []

  var count: Int { tuples.count }

  /// Whether flows can be found by their addresses.
  var isIndexed: Bool { !slots.isEmpty }

  subscript(flow: FlowID) -> FiveTuple { tuples[Int(flow.index)] }

  /// The flow of a leg, entered where it is new, and whether the leg runs against its direction.
  mutating func enter(_ leg: FiveTuple) -> (flow: FlowID, isReversed: Bool) {
    if slots.isEmpty { index() }
    let mask = slots.count &- 1
    var slot = Int(truncatingIfNeeded: leg.directionlessHash) & mask
    while slots[slot] >= 0 {
      let index = slots[slot]
      let known = tuples[Int(index)]
      if known.source == leg.source, known.destination == leg.destination {
        return (FlowID(index: index), false)
      }
      if known.source == leg.destination, known.destination == leg.source {
        return (FlowID(index: index), true)
      }
      slot = (slot &+ 1) & mask
    }
    slots[slot] = Int32(truncatingIfNeeded: tuples.count)
    return (append(leg), false)
  }

  /// Enters a leg that is known to be new.
  mutating func append(_ leg: FiveTuple) -> FlowID {
    let flow = FlowID(index: Int32(truncatingIfNeeded: tuples.count))
    // Address space, not memory: pages come as flows do. Growing by copying would hold all flows twice at its peak.
    if tuples.count == 1 << 15 { tuples.reserveHugePages(1 << 21) }
    tuples.append(leg)
    if !slots.isEmpty, tuples.count * 4 > slots.count * 3 { index() }
    return flow
  }

  /// Enters a flow whose number is given; there must be no index.
  mutating func set(_ flow: FlowID, _ tuple: FiveTuple) {
    let place = Int(flow.index)
    while tuples.count <= place { _ = append(Self.blank) }
    tuples[place] = tuple
  }

  /// Takes over all flows of the node whose numbers are given; there must be no index.
  mutating func take(_ all: [FiveTuple]) {
    tuples = all
  }

  private static let blank = FiveTuple(
    from: Endpoint(IPAddress(high: 0, low: 0), 0),
    to: Endpoint(IPAddress(high: 0, low: 0), 0)
  )

  /// The flow of a leg, if it was entered; there must be an index.
  func find(_ leg: FiveTuple) -> (flow: FlowID, isReversed: Bool)? {
    precondition(!slots.isEmpty, "flows are found by their addresses only after `index`")
    let mask = slots.count &- 1
    var slot = Int(truncatingIfNeeded: leg.directionlessHash) & mask
    while slots[slot] >= 0 {
      let known = tuples[Int(slots[slot])]
      if known == leg { return (FlowID(index: slots[slot]), false) }
      if known.reversed == leg { return (FlowID(index: slots[slot]), true) }
      slot = (slot &+ 1) & mask
    }
    return nil
  }

  /// Makes flows findable by their addresses.
  mutating func index() {
    var size = 1 << 10
    while size < tuples.count * 2 { size *= 2 }
    slots = Array(repeating: -1, count: size)
    let mask = slots.count &- 1
    for index in tuples.indices {
      var slot = Int(truncatingIfNeeded: tuples[index].directionlessHash) & mask
      while slots[slot] >= 0 { slot = (slot &+ 1) & mask }
      slots[slot] = Int32(truncatingIfNeeded: index)
    }
  }

  /// Turns a flow round, so that its direction is the client's.
  mutating func turn(_ flow: FlowID) {
    tuples[Int(flow.index)] = tuples[Int(flow.index)].reversed
  }
}
