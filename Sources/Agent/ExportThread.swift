internal import Correlation
internal import Exchange
internal import System
internal import Wire

/// Everything behind the capture: the spool, the connection to the collector, datagrams to others; on a thread of its
/// own, so that no frame waits for a disk or a name server.
final class ExportThread: Sendable {
  private struct Queue {
    var ticks: [Tick] = []
    /// The observations in them.
    var count = 0
  }

  private let queue = Locked(Queue())
  private let waker: Waker
  let health: Locked<AgentHealth>
  private let wantsOngoing = Locked(false)
  private let ring: EvidenceRing?
  private let report: @Sendable (String) -> Void

  /// So many observations wait for the thread at most: some 50 MiB.
  private static let mostWaiting = 200_000

  init(
    _ health: AgentHealth,
    _ ring: EvidenceRing?,
    report: @escaping @Sendable (String) -> Void
  ) throws(SystemError) {
    waker = try Waker()
    self.health = Locked(health)
    self.ring = ring
    self.report = report
  }

  /// Whether runs that go on are of use to the collector.
  var isAskingForOngoing: Bool { wantsOngoing.withLock { $0 } }

  /// Hands over what there is to tell; never waits.
  func put(_ tick: Tick) {
    let dropped = queue.withLock { queue in
      queue.ticks.append(tick)
      queue.count += tick.ended.count + tick.ongoing.count
      var dropped = 0
      var index = 0
      while queue.count > Self.mostWaiting, index < queue.ticks.count {
        // The tally and the watermark stay.
        let count = queue.ticks[index].ended.count + queue.ticks[index].ongoing.count
        queue.ticks[index].ended = []
        queue.ticks[index].ongoing = []
        queue.count -= count
        dropped += count
        index += 1
      }
      return dropped
    }
    if dropped > 0 { health.withLock { $0.overtaken &+= UInt64(dropped) } }
    waker.wake()
  }

  /// Starts the thread, which ends after the last tick.
  func start(
    _ settings: Exporter.Settings?,
    _ spool: Spool.Settings,
    _ datagrams: AgentSettings.Target?
  ) throws(SystemError) -> Worker {
    // What cannot be had is told before anything runs.
    let parts = Locked<Parts?>(try Parts(settings, spool, datagrams, waker))
    return try Worker { [self] in
      let taken = parts.withLock { parts in parts.take() }
      if let taken { run(taken) }
    }
  }

  private struct Parts: ~Copyable {
    var exporter: Exporter?
    var datagrams: DatagramExporter?
    /// What a tick told that was not worth a message of its own.
    var held = Tick()
    var evidence = EvidenceDesk()
    var lastWrite = Instant(nanoseconds: 0)
    /// Whether the next process finds what this one could not send.
    let isKept: Bool

    init(
      _ settings: Exporter.Settings?,
      _ spool: Spool.Settings,
      _ target: AgentSettings.Target?,
      _ waker: Waker
    ) throws(SystemError) {
      isKept = spool.directory != nil
      if let settings { exporter = try Exporter(settings, Spool(spool), waker: waker) }
      if let target {
        datagrams = try DatagramExporter(host: target.host, port: target.port)
      }
    }
  }

  private func run(_ parts: consuming Parts) {
    var parts = parts
    var isLast = false
    var datagramProblem: String?
    while !isLast {
      if parts.exporter != nil {
        let pause = parts.evidence.hasWork(parts.exporter) ? Interval.seconds(0) : .seconds(1)
        for line in parts.exporter?.step(until: .now() + pause) ?? [] { report(line) }
        parts.evidence.answer(&parts.exporter, from: ring)
      } else {
        sleep(until: .now() + .milliseconds(100))
      }
      for tick in takeTicks() {
        isLast = isLast || tick.isLast
        parts.datagrams?.send(tick.ended, at: .now())
        write(tick, &parts)
      }
      if parts.datagrams?.problem != datagramProblem {
        datagramProblem = parts.datagrams?.problem
        if let datagramProblem { report(datagramProblem) }
      }
      note(parts)
    }
    finish(&parts)
    note(parts)
  }

  private func takeTicks() -> [Tick] {
    queue.withLock { queue in
      defer { queue = Queue() }
      return queue.ticks
    }
  }

  /// Writes what a tick tells into the spool, if it is worth it.
  ///
  /// Nobody needs a watermark of each half a second that nobody was there to hear: without a connection, and with nothing
  /// else to tell, one in ten seconds does. What is left out then comes with the next one.
  private func write(_ tick: Tick, _ parts: inout Parts) {
    guard parts.exporter != nil else { return }
    parts.held.take(tick)
    let now = Instant.now()
    let isHeard = parts.exporter?.health.isConnected ?? false
    let isWorthIt = !tick.ended.isEmpty || !tick.ongoing.isEmpty || tick.isLast
    guard isHeard || isWorthIt || now >= parts.lastWrite + .seconds(10) else { return }
    parts.lastWrite = now
    let time = Timestamp.now()
    let held = parts.held
    parts.held = Tick()
    parts.exporter?.spool.append(tick.ended, at: time)
    parts.exporter?.spool.append(ongoing: tick.ongoing, at: time)
    for loss in held.losses { parts.exporter?.spool.append(loss, at: time) }
    if var tally = held.tally {
      let untold = health.withLock { $0.untold }
      if untold > 0 { tally.untold = untold }
      parts.exporter?.spool.append(tally, at: time)
    }
    if let watermark = held.watermark {
      parts.exporter?.spool.append(watermark: watermark, at: time)
    }
    parts.exporter?.spool.flush(at: time)
  }

  private func note(_ parts: borrowing Parts) {
    let now: ExporterHealth? =
      switch parts.exporter {
      case .some(let exporter): exporter.health
      case .none: nil
      }
    let asks: Bool =
      switch parts.exporter {
      case .some(let exporter): exporter.wantsOngoing
      case .none: false
      }
    let (sent, failed): (UInt64, UInt64) =
      switch parts.datagrams {
      case .some(let datagrams): (datagrams.datagramsSent, datagrams.datagramsFailed)
      case .none: (0, 0)
      }
    wantsOngoing.withLock { $0 = asks }
    let before = health.withLock { health in
      defer {
        health.exporter = now
        health.datagramsSent = sent
        health.datagramsFailed = failed
      }
      return health.exporter?.spoolProblem
    }
    if let problem = now?.spoolProblem, before == nil {
      report(
        "the spool: \(problem); what is not sent yet is kept in memory, and the disk is tried again"
      )
    }
  }

  /// Gives the collector a moment to take the rest; what it does not take stays in the spool's folder, if there is one.
  private func finish(_ parts: inout Parts) {
    guard parts.exporter != nil else { return }
    let end = Instant.now() + .seconds(3)
    // The collector may be there again; finding its address may take longer than whoever ends us waits.
    parts.exporter?.spool.sync()
    parts.exporter?.hurry()
    while Instant.now() < end, parts.exporter?.isSettled == false,
      parts.exporter?.isPausing == false
    {
      for line in parts.exporter?.step(until: .now() + .milliseconds(20)) ?? [] { report(line) }
    }
    let isSettled = parts.exporter?.isSettled ?? true
    if !isSettled {
      let rest =
        parts.isKept ? "stays in the spool" : "is lost: --spool FOLDER keeps it for the next start"
      report("the collector has not acknowledged everything; the rest \(rest)")
    }
    parts.exporter?.spool.sync()
    parts.exporter?.close()
  }
}
