import Memory
import Wire

/// All flows of a node: an open-addressing index over a flat array.
struct FlowTable: ~Copyable, Sendable {
  private(set) var count = 0
  private(set) var flows: [Flow] = []
  /// Whether an index may have stood for another flow before.
  private(set) var hasReused = false
  /// What the reverse directions of flows gathered, where there was anything.
  private var answers: [Flow.Half] = []
  /// A flow's index in 24 bits below 8 bits of its hash, so that a look-up hardly reads a wrong flow.
  ///
  /// A power of two of them, at most thirteen sixteenths in use; the others are `vacant`.
  private var slots: [UInt32]
  private var freed: [UInt32] = []
  private var freedAnswers: [UInt32] = []

  /// What block-wise touching has read; kept so that it is not optimized away.
  private var touched: UInt32 = 0

  private static let blockLength = 64
  private static let vacant = UInt32.max
  private static let indexMask: UInt32 = 0xff_ffff
  /// The most flows that slots can name.
  static let mostFlows = 0xff_fffe
  /// So many flows are worth huge pages; an agent with a few hundred stays small.
  private static let many = 1 << 15

  init() {
    slots = Array(repeating: Self.vacant, count: 1 << 12)
    // Address space, not memory: pages come as flows do. Growing by copying would hold all flows twice at its peak.
    flows.reserveCapacity(1 << 21)
    answers.reserveCapacity(1 << 21)
  }

  /// The leg of a sighting's addresses, which is made where it is new.
  @inline(always)
  mutating func leg(
    of sighting: borrowing Sighting,
    startFrame: UInt32,
    isNew: inout Bool
  ) -> Leg {
    let mask = slots.count &- 1
    let tag = Self.tag(sighting.hash)
    var slot = Self.slot(sighting.hash, mask)
    while true {
      let entry = slots[slot]
      if entry & ~Self.indexMask == tag {
        if entry == Self.vacant { break }
        let flow = Int(entry & Self.indexMask)
        if flows[flow].pair.isEqual(to: sighting.pair) { return Leg(flow: flow, isReverse: false) }
        if flows[flow].pair.isReverse(of: sighting.pair) { return Leg(flow: flow, isReverse: true) }
      } else if entry == Self.vacant {
        break
      }
      slot = (slot &+ 1) & mask
    }
    isNew = true
    return insert(sighting, at: slot, tag, startFrame: startFrame)
  }

  /// The bits of a hash that its slot keeps: not those that choose the slot.
  @inline(always)
  private static func tag(_ hash: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: hash >> 32) & ~indexMask
  }

  @inline(always)
  private static func slot(_ hash: UInt64, _ mask: Int) -> Int {
    Int(truncatingIfNeeded: hash) & mask
  }

  /// Reads the slot that a later look-up of this hash will read, so that the memory is on its way.
  @inline(always)
  func touchSlot(_ hash: UInt64) -> UInt32 {
    slots[Self.slot(hash, slots.count &- 1)]
  }

  /// Reads both ends of the flow that a slot names.
  @inline(always)
  func touchFlow(_ slot: UInt32) -> UInt32 {
    let index = Int(slot & Self.indexMask)
    guard index < flows.count else { return 0 }
    return flows[index].answers &+ UInt32(truncatingIfNeeded: flows[index].pair.sourceHigh)
  }

  private mutating func insert(
    _ sighting: borrowing Sighting,
    at slot: Int,
    _ tag: UInt32,
    startFrame: UInt32
  ) -> Leg {
    let flow = Flow(
      pair: sighting.pair,
      startFrame: startFrame,
      start: sighting.time,
      hopMost: sighting.hopLimit,
      hopLeast: sighting.hopLimit
    )
    let index: Int
    if let free = freed.popLast() {
      index = Int(free)
      flows[index] = flow
    } else {
      index = flows.count
      if index == Self.many { flows.reserveHugePages(1 << 21) }
      flows.append(flow)
    }
    slots[slot] = UInt32(truncatingIfNeeded: index) | tag
    count &+= 1
    if count &* 16 > slots.count &* 13 { rebuild(slots: slots.count &* 2) }
    return Leg(flow: index, isReverse: false)
  }

  /// One direction of a flow.
  ///
  /// Inlined, so that of its thirty-two bytes only those are read that are asked for.
  @inline(always)
  subscript(leg: Leg) -> Flow.Half {
    if !leg.isReverse { return flows[leg.flow].forward }
    let index = flows[leg.flow].answers
    return index == Flow.none ? Flow.Half() : answers[Int(index)]
  }

  @inline(always)
  subscript(flow: Int) -> Flow { flows[flow] }

  // What changes flows are functions and not accessors that yield: such ones took a heap allocation each where they
  // were not inlined, and 8 % of the time.

  /// Changes one direction of a flow; one that has gathered nothing gets room for it.
  @inline(always)
  mutating func update<Result>(_ leg: Leg, _ change: (inout Flow.Half) -> Result) -> Result {
    if !leg.isReverse { return change(&flows[leg.flow].forward) }
    let index = flows[leg.flow].answers
    return change(&answers[index == Flow.none ? makeAnswers(leg.flow) : Int(index)])
  }

  @inline(always)
  mutating func update<Result>(_ flow: Int, _ change: (inout Flow) -> Result) -> Result {
    change(&flows[flow])
  }

  @inline(always)
  mutating func setResult(of leg: Leg, _ result: Leg, matched: UInt32 = 0) {
    update(leg) {
      $0.result = result
      $0.matched &+= matched
    }
  }

  @inline(always)
  mutating func setOrigin(of leg: Leg, _ origin: Leg) {
    update(leg) { $0.origin = origin }
  }

  private mutating func makeAnswers(_ flow: Int) -> Int {
    let index: Int
    if let free = freedAnswers.popLast() {
      index = Int(free)
      answers[index] = Flow.Half()
    } else {
      index = answers.count
      if index == Self.many { answers.reserveHugePages(1 << 21) }
      answers.append(Flow.Half())
    }
    flows[flow].answers = UInt32(truncatingIfNeeded: index)
    return index
  }

  @inline(always)
  func result(of leg: Leg) -> Leg { self[leg].result }

  @inline(always)
  func origin(of leg: Leg) -> Leg { self[leg].origin }

  func tuple(_ leg: Leg) -> FiveTuple { flows[leg.flow].tuple(leg) }

  /// When a datagram of either direction was last seen.
  @inline(always)
  func lastSeen(_ flow: Int) -> Timestamp {
    max(flows[flow].forward.last, self[Leg(flow: flow, isReverse: true)].last)
  }

  /// Begins a flow's next run: nothing has been counted in it yet.
  mutating func restart(_ flow: Int, at start: Timestamp, _ frame: UInt32) {
    flows[flow].marks |= Flow.isLaterRun
    flows[flow].start = start
    flows[flow].startFrame = frame
    flows[flow].forward.datagrams = 0
    flows[flow].forward.matched = 0
    guard flows[flow].answers != Flow.none else { return }
    answers[Int(flows[flow].answers)].datagrams = 0
    answers[Int(flows[flow].answers)].matched = 0
  }

  /// Frees a flow; its slot goes with the next `rebuild`.
  mutating func free(_ index: Int) {
    flows[index].marks |= Flow.isFree
    hasReused = true
    freed.append(UInt32(truncatingIfNeeded: index))
    if flows[index].answers != Flow.none {
      freedAnswers.append(flows[index].answers)
      flows[index].answers = Flow.none
    }
    count &-= 1
  }

  /// Gives up what finds flows by their addresses; none can be looked up any more.
  mutating func forgetPlaces() {
    slots = []
  }

  /// Makes the index anew, without the flows that were freed.
  mutating func rebuild() {
    rebuild(slots: slots.count)
  }

  private mutating func rebuild(slots newCount: Int) {
    slots = Array(inHugePages: Self.vacant, count: newCount)
    let mask = newCount &- 1
    var start = 0
    while start < flows.count {
      let end = min(start + Self.blockLength, flows.count)
      // Reads where a block's flows go before any of them is put there, so that the cache misses overlap.
      var sum: UInt32 = 0
      for index in start..<end { sum &+= touchSlot(flows[index].pair.directionlessHash) }
      touched &+= sum
      for index in start..<end where !flows[index].isFree {
        let hash = flows[index].pair.directionlessHash
        var slot = Self.slot(hash, mask)
        while slots[slot] != Self.vacant { slot = (slot &+ 1) & mask }
        slots[slot] = UInt32(truncatingIfNeeded: index) | Self.tag(hash)
      }
      start = end
    }
  }
}
