public import Wire

/// Stage one: sees every packet of one node and reduces them to observations.
///
/// Pure: no clock is read, no I/O is done; time comes from the packets. A datagram that wears several pairs of addresses
/// within one node was translated there, so the pairs *are* the node's NAT: `observe` finds them, run by run.
public struct NodeObserver: ~Copyable, Sendable {
  public struct Settings: Sendable {
    /// How long after a datagram its twin is still looked for at the same node (transit was 118 µs at most).
    public var window = Interval.milliseconds(50)
    /// The most flows that are kept; the longest idle ones make room, and are counted.
    public var flowLimit = 1 << 23
    /// The most datagrams that the window holds.
    public var windowLimit = 1 << 21

    public init() {}
  }

  public private(set) var counts = MatchCounts()
  public private(set) var frames = FrameCounts()
  /// How many datagrams came out of a known translation without having been seen going in: what the capture missed.
  public private(set) var orphans = 0
  /// When the first and the last sighting was.
  public private(set) var began: Timestamp?
  public private(set) var ended: Timestamp?

  let settings: Settings
  var flows = FlowTable()
  var window: MatchWindow
  var votes = TwinVotes()
  var fragments = FragmentTable()
  var vantages = VantageTable()
  var statements = StatementTable()
  var observations: [Observation] = []
  /// Connection marks seen once, until the next datagram of their leg confirms them.
  var marks: [Leg: ConnectionMark] = [:]
  /// When and where the current sighting's leg was seen before it.
  var previousTime = Timestamp(nanoseconds: .min)
  var previousFrame: UInt32 = 0
  let frameCode: FrameCode
  /// What block-wise touching has read; kept so that it is not optimized away.
  private var touched: UInt32 = 0

  /// `files` are the numbers that witnesses have for the files of this node.
  public init(settings: Settings = Settings(), files: Range<Int> = 0..<1) {
    self.settings = settings
    frameCode = FrameCode(files: files)
    window = MatchWindow(span: settings.window, limit: settings.windowLimit)
  }

  /// How many flows are held now.
  public var flowCount: Int { flows.count }

  /// Takes a batch in; the node's packets must come in the order of their times, as far as they were put into it.
  ///
  /// `body` is handed what was observed whenever there is much of it; the rest waits for `drain` or `finish`.
  public mutating func observe(
    _ batch: borrowing SightingBatch,
    _ body: ([Observation]) -> Void
  ) {
    frames += batch.counts
    let sightings = batch.sightings.span
    let events = batch.events.span
    var next = 0
    var event = 0
    while next < sightings.count {
      let end = min(next + Self.blockLength, sightings.count)
      touchTables(sightings.extracting(next..<end))
      if flows.count + Self.blockLength > flowLimit { evictIdle(body) }
      while next < end {
        while event < events.count, events[event].position <= next {
          observe(events[event])
          event += 1
        }
        observe(sightings[next])
        let saying = sightings[next].saying
        if saying != 0 { note(batch.sayings[Int(saying) - 1], of: sightings[next]) }
        next += 1
      }
      if observations.count >= Self.chunk { body(drain()) }
    }
    while event < events.count {
      observe(events[event])
      event += 1
    }
  }

  private static let blockLength = 64
  /// So many observations are handed over together: some 180 KiB, which stay in a core's cache on their way.
  static let chunk = 512

  /// The most flows that may be held, which the table's slots bound too.
  private var flowLimit: Int {
    min(max(settings.flowLimit, 2 * Self.blockLength), FlowTable.mostFlows)
  }

  /// Reads what the sightings of a block will look up, so that the cache misses overlap instead of queueing.
  ///
  /// Measured: half of the difference between this and the plain loop.
  @inline(always)
  private mutating func touchTables(_ sightings: Span<Sighting>) {
    var sum: UInt32 = 0
    for index in sightings.indices {
      sum &+= flows.touchSlot(sightings[index].hash)
      sum &+= window.touch(sightings[index].fingerprint.key)
    }
    for index in sightings.indices {
      sum &+= flows.touchFlow(flows.touchSlot(sightings[index].hash))
      sum &+= window.touchNewest(sightings[index].fingerprint.key)
    }
    touched &+= sum
  }

  /// How many observations `drain` would hand over.
  public var observationCount: Int { observations.count }

  /// Hands over what was observed since the last call.
  public mutating func drain() -> [Observation] {
    let drained = observations
    // Grown step by step, a chunk would be copied nine times, and its memory be cleared by the kernel each time.
    observations = []
    observations.reserveCapacity(Self.chunk + Self.blockLength)
    return drained
  }

  /// Ends all runs; the observer begins anew.
  public mutating func finish(_ body: (ObservationBatch) -> Void) {
    while window.expired < window.added { expireOldest(by: Timestamp(nanoseconds: .max)) }
    fragments.tallyAll(into: &observations)
    emitStatements()
    if !observations.isEmpty { body(.some(drain())) }
    guard !flows.flows.isEmpty else { return }
    var ended = FlowTable()
    swap(&ended, &flows)
    ended.forgetPlaces()
    body(.lastRuns(LastRuns(ended, frameCode)))
  }

  @inline(always)
  private mutating func observe(_ sighting: borrowing Sighting) {
    counts.sightings &+= 1
    if began == nil { began = sighting.time }
    ended = sighting.time
    while window.oldestHasExpired(by: sighting.time) { expireOldest(by: sighting.time) }
    var isNew = false
    let frame = frameCode.encode(sighting.witness)
    let leg = flows.leg(of: sighting, startFrame: frame, isNew: &isNew)
    let vantage = vantages.number(sighting)
    match(sighting, leg, vantage, frame, isNew: isNew)
  }

  mutating func expireOldest(by now: Timestamp) {
    let number = window.expired
    let entry = window[number]
    if entry.flags & MatchWindow.hasSuccessor == 0, entry.root == entry.leg {
      noteUnmatched(entry)
    }
    if window.dropOldest(by: now) { countEvicted(by: 1) }
  }

  /// Counts a datagram that left the window without a twin, where its flow has a translation.
  private mutating func noteUnmatched(_ entry: MatchWindow.Entry) {
    guard !flows.result(of: entry.leg).isNone else { return }
    if entry.flags & (MatchWindow.hasLeft | MatchWindow.wasForwarded) != 0 {
      // It went past its translation: it is where it was seen last, and nowhere else.
      if entry.leg.isReverse {
        flows.update(entry.leg.flow) { $0.traits.formUnion(.answersPassed) }
      }
      return
    }
    counts.unmatched &+= 1
    guard observations.count < 1 << 20 else { return }
    observations.append(
      .unmatched(
        Unmatched(
          leg: flows.tuple(entry.leg),
          time: entry.time,
          witness: frameCode.decode(entry.frame),
          payloadLength: entry.payloadLength,
          isLeading: false
        )
      )
    )
  }

  mutating func countMatch(_ tier: Tier, by count: Int = 1) {
    counts[tier] &+= count
  }
  mutating func countAmbiguous(by count: Int = 1) { counts.ambiguous += count }
  mutating func countRepeat() { counts.repeats &+= 1 }

  /// Takes note of a datagram that was made of none that was seen, on a leg whose others were.
  mutating func noteOrphan(_ leg: Leg) {
    // A leg that is translated on may have datagrams of its own.
    if flows.result(of: leg).isNone { orphans &+= 1 }
    if !leg.isReverse { flows.update(leg.flow) { $0.traits.formUnion(.askedDirectly) } }
  }
  mutating func countEvicted(by count: Int) { counts.evicted += count }
}
