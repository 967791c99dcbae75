internal import Correlation
internal import Exchange
public import Live
public import LiveCapture
internal import System
internal import Wire

/// Watches one node: frames become observations, and these go to the collector twice a second.
///
/// Two threads: this one reads the capture and does nothing that waits; the other has the disk and the network.
public struct Agent: ~Copyable {
  private var source: LiveSource
  private let loop: LiveLoop
  private let settings: AgentSettings
  private let exporting: ExportThread
  private let ring: EvidenceRing?
  private let worker: Worker
  private let report: @Sendable (String) -> Void
  /// Nobody else writes where this agent does.
  private let lock: FolderLock?

  private var observer: NodeObserver
  private var batch = SightingBatch()
  private var ended: [Observation] = []
  private var telling = RunTelling()
  private var wasAskingForOngoing = false
  private var losses = LossReader()
  private var facts: FactReader?
  private var toldLosses: [InterfaceLoss] = []
  private var toldTally: NodeTally?
  private var watermark = Timestamp(nanoseconds: 0)
  /// Up to when all frames have been handed over, as far as is known.
  private var readUpTo = Timestamp(nanoseconds: 0)
  private var nextTick: Instant
  private var ticks = 0

  /// How often it tells what is new.
  private static let pause = Interval.milliseconds(500)
  /// What pods go on saying, and how fragments fare that fare as before, is told every so many ticks.
  private static let ticksToRepeat = 20
  /// The fragments of a datagram leave together: when none has come for so long, none does.
  private static let patience = Interval.milliseconds(500)
  /// So many observations are handed over between two ticks already.
  private static let mostPending = 16_384
  /// So many of the runs that go on are told at a tick: all of them where they are few, and each one every dozen seconds
  /// where there are a hundred thousand; new ones have a bound for floods alone.
  private static let mostChanged = 4_000
  private static let mostNew = 20_000
  /// So often frames are read before the rest has its turn.
  private static let mostRounds = 64

  /// Begins to capture; signals are taken over, so that no other thread may exist yet.
  ///
  /// `enter` is called when all that needs privileges is open and before the second thread begins: for a sandbox. `report`
  /// takes a line for the log, from either thread.
  public static func start<Problem>(
    _ settings: AgentSettings,
    _ source: consuming LiveSource,
    report: @escaping @Sendable (String) -> Void,
    enter: () throws(Problem) -> Void
  ) throws(AgentFailure) -> Self {
    let now = Timestamp.now()
    let epoch = UInt64(bitPattern: now.nanoseconds)
    var spool = Spool.Settings(
      directory: settings.spool,
      mostBytes: settings.spoolBytes,
      node: settings.node,
      epoch: epoch
    )
    if settings.spool == nil { spool.mostMemory = min(settings.spoolBytes, spool.mostMemory) }
    do {
      let loop = try LiveLoop.start(source)
      let ring = try settings.evidenceRing.map { bytes throws(SystemError) in
        try EvidenceRing(
          capacity: bytes,
          snapLength: settings.evidenceSnapLength,
          at: now
        )
      }
      ring?.note(source.watched)
      try enter()
      let lock = try Self.lock(settings.spool)
      let health = AgentHealth(node: settings.node, began: now)
      let exporting = try ExportThread(health, ring, report: report)
      let worker = try exporting.start(settings.collector, spool, settings.datagrams)
      return Self(settings, source, loop, lock, exporting, worker, ring, report)
    } catch {
      throw AgentFailure("\(error)")
    }
  }

  private static func lock(_ spool: String?) throws(AgentFailure) -> FolderLock? {
    guard let spool else { return nil }
    do throws(SystemError) {
      if let lock = try FolderLock(of: spool) { return lock }
    } catch {
      throw AgentFailure(error.description)
    }
    throw AgentFailure(
      "\(spool): another agent keeps its spool there; give each a folder of its own by --spool"
    )
  }

  private init(
    _ settings: AgentSettings,
    _ source: consuming LiveSource,
    _ loop: consuming LiveLoop,
    _ lock: consuming FolderLock?,
    _ exporting: ExportThread,
    _ worker: Worker,
    _ ring: EvidenceRing?,
    _ report: @escaping @Sendable (String) -> Void
  ) {
    self.settings = settings
    self.source = source
    self.loop = loop
    self.lock = lock
    self.exporting = exporting
    self.worker = worker
    self.ring = ring
    self.report = report
    observer = NodeObserver(settings: settings.observer)
    facts = settings.readsFacts ? FactReader() : nil
    nextTick = .now() + Self.pause
  }

  /// How it goes; from any thread.
  public var health: @Sendable () -> AgentHealth {
    let health = exporting.health
    let ring = ring
    return {
      var now = health.withLock { $0 }
      now.evidence = ring?.health
      return now
    }
  }

  /// Goes on until a signal or the end that was set, and tells the rest.
  public consuming func run() throws(CaptureError) {
    var isOver = false
    while !isOver {
      let wake = loop.wait(until: min(nextTick, settings.end ?? nextTick))
      if wake.contains(.frames) { try readFrames() } else { readUpTo = .now() - capturePause }
      if wake.contains(.links) || source.hasNews {
        for notice in source.followInterfaces() { report(notice.description) }
        ring?.note(source.watched)
      }
      let now = Instant.now()
      isOver = wake.contains(.stop) || settings.end.map { now >= $0 } ?? false
      if now >= nextTick {
        nextTick = max(nextTick + Self.pause, now)
        tick(isLast: false)
      } else if ended.count >= Self.mostPending {
        handOver(Tick())
      }
    }
    try finish()
  }

  /// How old a frame may be that the kernel has not handed over, with some leeway, and the time in which its twin is
  /// looked for.
  private var capturePause: Interval {
    Interval(
      nanoseconds: settings.live.capture.timeout.nanoseconds
        + settings.observer.window.nanoseconds + 20_000_000
    )
  }

  private mutating func readFrames() throws(CaptureError) {
    // A few rounds, so that a flood leaves time for the rest.
    for _ in 0..<Self.mostRounds {
      let begin = Timestamp.now()
      let count = read()
      observe()
      guard count >= LiveSource.mostFrames else {
        readUpTo = begin - capturePause
        return
      }
    }
    // More wait: what was read says how far it is.
    if let last = observer.ended { readUpTo = last - settings.observer.window }
  }

  /// Takes the frames that wait, and keeps them for whoever asks for them.
  private mutating func read() -> Int {
    guard let ring else { return source.read(into: &batch) }
    var number = source.frameCount
    return ring.store.withLock { store in
      source.read(into: &batch) { frame in
        number &+= 1
        let header = FrameStore.Header(
          time: frame.time,
          number: number,
          interface: frame.interface,
          originalLength: frame.originalLength
        )
        store.append(header, frame.bytes)
      }
    }
  }

  private mutating func observe() {
    var some: [Observation] = []
    observer.observe(batch) { some += $0 }
    batch.removeAll()
    ended += some
  }

  private mutating func tick(isLast: Bool) {
    ticks += 1
    let onlyNew = ticks % Self.ticksToRepeat != 0
    observer.tellFragments(before: watermark - Self.patience, onlyNew: onlyNew)
    observer.tellStatements(onlyNew: onlyNew)
    ended += observer.drain()
    if let facts = facts?.readWhenDue(isLast: isLast) { ended.append(.facts(facts)) }
    var tick = Tick()
    tick.isLast = isLast
    let isAsking = exporting.isAskingForOngoing
    if isAsking, !isLast {
      // Another collector may not have what the one before it was told.
      if !wasAskingForOngoing { telling.forget() }
      tick.ongoing = observer.tell(
        &telling,
        mostNew: Self.mostNew,
        mostChanged: Self.mostChanged
      )
    }
    wasAskingForOngoing = isAsking
    let counters = source.readCounters()
    let lost = losses.read(&source, isLast: isLast)
    tick.losses = lost.filter { $0.isAny && !toldLosses.contains($0) }
    toldLosses = lost
    let tally = makeTally(counters)
    if tally != toldTally || isLast { tick.tally = tally }
    toldTally = tally
    watermark = max(watermark, isLast ? .now() : readUpTo)
    tick.watermark = watermark
    noteHealth(counters)
    handOver(tick)
  }

  private func makeTally(_ counters: CaptureCounters) -> NodeTally {
    var tally = NodeTally(name: settings.node, isNameGiven: settings.isNameGiven)
    tally.frames = observer.frames
    tally.dropped = counters.dropped
    tally.matching = observer.counts
    tally.orphans = observer.orphans
    if let began = observer.began, let ended = observer.ended {
      tally.moments = min(began, ended)...max(began, ended)
    }
    return tally
  }

  private func noteHealth(_ counters: CaptureCounters) {
    let (frames, sightings) = (source.frameCount, observer.counts.sightings)
    let (flows, last) = (observer.flowCount, losses.last)
    exporting.health.withLock { health in
      health.lastRound = .now()
      health.frames = frames
      health.sightings = sightings
      health.captureDropped = counters.dropped
      health.losses = last
      health.flows = flows
    }
  }

  private mutating func handOver(_ tick: Tick) {
    var tick = tick
    swap(&tick.ended, &ended)
    tick.ended = keyed(tick.ended)
    exporting.put(tick)
  }

  /// With connection marks that only the other agents and their collector can compare, or with none.
  private func keyed(_ observations: [Observation]) -> [Observation] {
    let key = settings.markKey
    return observations.compactMap { observation in
      guard case .connection(var connection) = observation else { return observation }
      guard let key else { return nil }
      connection.mark = key.keyed(connection.mark)
      return .connection(connection)
    }
  }

  private mutating func finish() throws(CaptureError) {
    LiveSource.takeRest(settings.live.capture) {
      defer { observe() }
      return read()
    }
    var rest: [Observation] = []
    observer.finish { rest += $0.observations }
    ended += rest
    tick(isLast: true)
    worker.join()
  }
}
