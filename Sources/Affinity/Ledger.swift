internal import Correlation
internal import Memory
internal import Wire

/// All that the observers of all nodes have told, with flows by number.
struct Ledger: Sendable {
  var book = FlowBook()
  var runs: [NodeRun] = []
  var unmatched: [(node: Int, Unmatched)] = []
  var refusals: [(node: Int, Refusal)] = []
  var announcements: [(node: Int, Announcement)] = []
  var fragments: [(node: Int, FragmentTally)] = []
  var wrongChecksums: [(node: Int, WrongChecksum)] = []
  var connections: [(node: Int, ConnectionSeen)] = []
  var statements: [(node: Int, PodStatement)] = []
  var facts: [(node: Int, NodeFacts)] = []
  /// Where the runs of each flow begin, once they are arranged, and behind the last one's where they end.
  var starts: [Int32] = []
  /// The node whose own numbers of flows are the book's: the first one that has any.
  ///
  /// What any other node tells must be found by its addresses, since the first one may have seen it too.
  private var numberedNode: Int?

  mutating func add(_ observation: Observation, from node: Int) {
    switch observation {
    case .run(let run): add(run, from: node)
    case .unmatched(let datagram): unmatched.append((node, datagram))
    case .refusal(let refusal): refusals.append((node, refusal))
    case .announcement(let announcement): announcements.append((node, announcement))
    case .fragments(let tally): fragments.append((node, tally))
    case .wrongChecksum(let checksum): wrongChecksums.append((node, checksum))
    case .connection(let connection): connections.append((node, connection))
    case .statement(let statement): statements.append((node, statement))
    case .facts(let facts): self.facts.append((node, facts))
    }
  }

  /// Makes what was told by addresses findable, where there is any of it, and whole; to be called when all has been added.
  mutating func index() {
    let isNamed =
      !unmatched.isEmpty || !refusals.isEmpty || !fragments.isEmpty || !wrongChecksums.isEmpty
      || !connections.isEmpty || !statements.isEmpty
    if isNamed, !book.isIndexed { book.index() }
    if !fragments.isEmpty || !statements.isEmpty { joinPieces() }
  }

  private mutating func add(_ run: Run, from node: Int) {
    let numbers = isNumbered(node) ? run.numbers : nil
    let (flow, isReversed) = enter(run.leg, numbers?.leg)
    // Address space, not memory, as in the book.
    if runs.count == 1 << 15 { runs.reserveHugePages(1 << 21) }
    var kept = NodeRun(
      flow: flow,
      node: Int16(truncatingIfNeeded: node),
      isFirst: run.isFirst,
      traits: run.traits,
      hopMost: run.hopLimits.upperBound,
      hopLeast: run.hopLimits.lowerBound,
      forward: half(run.forward, numbers?.forwardOrigin, numbers?.forwardResult),
      reverse: half(run.reverse, numbers?.reverseOrigin, numbers?.reverseResult),
      first: run.forward.first,
      firstWitness: run.forward.firstWitness
    )
    if run.forward.datagrams == 0, run.reverse.datagrams > 0 {
      kept.first = min(kept.first, run.reverse.first)
    }
    if isReversed { kept.turn() }
    runs.append(kept)
  }

  /// Whether a node's numbers are those of the book.
  private mutating func isNumbered(_ node: Int) -> Bool {
    guard !book.isIndexed else { return false }
    if numberedNode == nil { numberedNode = node }
    return node == numberedNode
  }

  /// Adds the runs that a node's flows were in at the end; where its numbers are the book's, all addresses are taken
  /// over as they are.
  mutating func add(_ last: LastRuns, from node: Int, by crew: any Crew) {
    guard last.isNumbered, isNumbered(node) else {
      for place in 0..<last.count { if let run = last[place] { add(run, from: node) } }
      return
    }
    let (tuples, added) = crew.both {
      last.tuples
    } _: {
      NodeRun.all(of: last, from: Int16(truncatingIfNeeded: node))
    }
    book.take(tuples)
    if runs.isEmpty { runs = added } else { runs += added }
  }

  private mutating func half(_ stretch: Run.Stretch, _ origin: UInt32?, _ result: UInt32?)
    -> NodeRun.Half
  {
    NodeRun.Half(
      datagrams: stretch.datagrams,
      matched: stretch.matched,
      origin: enter(stretch.origin, origin),
      result: enter(stretch.result, result),
      last: stretch.last,
      lastWitness: stretch.lastWitness
    )
  }

  private mutating func enter(_ leg: FiveTuple?, _ number: UInt32?) -> FlowID {
    guard let leg else { return .none }
    return enter(leg, number).flow
  }

  /// The flow of a leg, by the node's number of it where that is the book's.
  private mutating func enter(_ leg: FiveTuple, _ number: UInt32?) -> (
    flow: FlowID, isReversed: Bool
  ) {
    guard let number else { return book.enter(leg) }
    let isReversed = number & 1 != 0
    let flow = FlowID(index: Int32(truncatingIfNeeded: number >> 1))
    book.set(flow, isReversed ? leg.reversed : leg)
    return (flow, isReversed)
  }

  /// The places of a flow's runs, in order of time, once they are arranged.
  ///
  /// A range and no slice: a slice counts references, and threads would wait for each other's counting.
  func runs(of flow: FlowID) -> Range<Int32> {
    starts[Int(flow.index)]..<starts[Int(flow.index) + 1]
  }
}
