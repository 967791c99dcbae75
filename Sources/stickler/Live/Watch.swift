import Affinity
import CaptureFiles
import Cluster
import Collector
import CommandLineKit
import Correlation
import Live
import LiveCapture
import System
import Wire

/// Watches this machine: frames become observations, and these a report, again and again until the end.
struct Watch: ~Copyable {
  /// What a step brought.
  struct News {
    var notices: [LiveNotice] = []
    var outcome: ContinuousAnalyst.Outcome?
    var hasKeys = false
    var isOver = false
  }

  private(set) var source: LiveSource
  /// Where frames are matched: here, or on a thread of its own.
  private var stage: ObservingStage?
  private let thread: ObservingThread?
  private let threadWorker: Worker?
  private(set) var counters = CaptureCounters()
  private(set) var losses = LossReader()
  private var facts: NodeFactKeeper?
  private(set) var ring: SavefileRing?
  private var batch = SightingBatch()
  private let loop: LiveLoop
  private let analyst: ContinuousAnalyst
  private let follower: InventoryFollower
  /// The cluster as it was and is by now.
  private(set) var inventory: ClusterHistory?
  /// Whether the analyst was not told of it yet.
  private var isInventoryNew = false
  private let scope: ServiceScope
  private let worker: Worker
  private let capture: CaptureSettings
  let interfaces: [InterfacePattern]
  let node: String
  private let refresh: Interval
  private let end: Instant?
  private var isAnalysing = false
  /// What the last analysis was of, and how often it was the same before.
  private var analyzed = Progress()
  private var repetitions = 0
  private var nextReport: Instant
  private var nextCount: Instant

  /// How much longer than an analysis takes the next one waits: a tenth of a core is the most that they take together.
  private static let patience: Int64 = 9

  /// So often frames are read before the rest has its turn: some blocks of the kernel's ring.
  private static let mostRounds = 64

  /// What an analysis depends on: where nothing of it changed, the report would be the same.
  private struct Progress: Equatable {
    var frames: UInt64 = 0
    var dropped: UInt64 = 0
    var losses: [InterfaceLoss] = []
    /// What the kernel said, but for what is never the same twice.
    var facts: NodeFacts?
  }

  struct Settings {
    var live = LiveSettings()
    var observer = NodeObserver.Settings()
    var analyst = ClusterAnalyst.Settings()
    var inventoryFiles: InventoryFiles?
    var node = ""
    /// How often a report is made, where that costs little.
    var refresh = Interval.seconds(1)
    var end: Instant?
    var keyboard: Int32?
    /// Whether this machine's kernel is asked too: what is captured passes through it.
    var readsFacts = true
    /// Whether frames are matched on another thread than the one that reads them.
    var matchesAside = false
  }

  /// Frames are kept in the ring too, where there is one; evidence is named by its files.
  static func start(
    _ settings: Settings,
    _ source: consuming LiveSource,
    _ ring: consuming SavefileRing?
  ) throws(Failure) -> Self {
    do throws(SystemError) {
      let analyst = try ContinuousAnalyst()
      let follower = try InventoryFollower()
      // Signals are taken over before the second thread begins.
      let loop = try LiveLoop.start(source, settings.keyboard, analyst.waker, follower)
      let inventory = settings.inventoryFiles?.history
      let worker = try analyst.start(
        inventory,
        settings.analyst,
        ObservationWindow(mostObservations: 400_000)
      )
      if let files = settings.inventoryFiles { try follower.start(files) }
      let thread = settings.matchesAside ? ObservingThread() : nil
      let threadWorker = try thread?.start(settings.observer, analyst)
      return Self(
        settings,
        inventory,
        source,
        ring,
        loop,
        (analyst, worker),
        follower,
        (thread, threadWorker)
      )
    } catch {
      throw Failure(error.description)
    }
  }

  private init(
    _ settings: Settings,
    _ inventory: ClusterHistory?,
    _ source: consuming LiveSource,
    _ ring: consuming SavefileRing?,
    _ loop: consuming LiveLoop,
    _ analyst: (ContinuousAnalyst, Worker),
    _ follower: InventoryFollower,
    _ thread: (ObservingThread?, Worker?)
  ) {
    self.inventory = inventory
    self.follower = follower
    scope = settings.analyst.scope
    self.source = source
    self.ring = ring
    self.loop = loop
    (self.analyst, worker) = analyst
    (self.thread, threadWorker) = thread
    stage = thread.0 == nil ? ObservingStage(settings.observer, analyst.0) : nil
    facts = settings.readsFacts ? NodeFactKeeper() : nil
    facts?.read()
    capture = settings.live.capture
    interfaces = settings.live.interfaces
    node = settings.node
    refresh = settings.refresh
    end = settings.end
    nextReport = .now() + settings.refresh
    nextCount = .now() + .seconds(1)
  }

  /// Waits until something happens, at most until the moment given, and takes it in.
  mutating func step(until moment: Instant) throws(Failure) -> News {
    var news = News()
    var moment = min(moment, nextCount, end ?? nextCount)
    if !isAnalysing { moment = min(moment, nextReport) }
    let wake = loop.wait(until: moment)
    // A few rounds, so that a flood leaves time for the rest.
    for _ in 0..<Self.mostRounds where wake.contains(.frames) {
      if try takeFrames() < LiveSource.mostFrames { break }
    }
    if wake.contains(.links) || source.hasNews { news.notices += source.followInterfaces() }
    if wake.contains(.inventory) {
      for found in follower.takeNews() {
        news.notices += source.take(found, scope)
        guard let history = found.history else { continue }
        inventory = history
        isInventoryNew = true
      }
    }
    ring?.interface.filter = source.filter
    let now = Instant.now()
    if now >= nextCount {
      noteCounters()
      nextCount = now + .seconds(1)
    }
    if wake.contains(.report), let outcome = analyst.takeOutcomes().last {
      news.outcome = outcome
      isAnalysing = false
      let pause = Interval(nanoseconds: outcome.effort.nanoseconds * Self.patience)
      nextReport = now + max(refresh, pause)
    }
    if now >= nextReport, !isAnalysing {
      if isWorthAsking() {
        ask()
      } else {
        nextReport = now + refresh
      }
    }
    news.hasKeys = wake.contains(.keys)
    news.isOver = wake.contains(.stop) || end.map { now >= $0 } ?? false
    return news
  }

  /// Takes what is still on its way, and makes the report of all.
  mutating func finish() throws(Failure) -> ContinuousAnalyst.Outcome {
    try LiveSource.takeRest(capture) { () throws(Failure) in try takeFrames() }
    noteCounters(isLast: true)
    try ring?.write()
    ask(isLast: true)
    threadWorker?.join()
    worker.join()
    guard let last = analyst.takeOutcomes().last else {
      throw Failure("the analysis ended without a report")
    }
    return last
  }

  /// The ring's files; none where frames are not kept.
  var files: [SavefileRing.File] {
    switch ring {
    case .some(let ring): ring.files
    case .none: []
    }
  }

  /// What was captured and what was not, on standard error.
  mutating func tellCounts(_ console: borrowing Console) {
    CaptureCommand.tellCounts(&source, losses.last, console)
  }

  /// Lets the ring grow: what is in it now is wanted.
  mutating func keepAll() { ring?.keepsAll = true }

  /// Whether another report would say another thing, or say it for the second time, before which little is told.
  private mutating func isWorthAsking() -> Bool {
    var now = Progress(frames: source.frameCount, dropped: counters.dropped)
    now.losses = losses.last.filter(\.isAny)
    now.facts = facts?.last
    let isNew = now != analyzed || isInventoryNew
    repetitions = isNew ? 0 : repetitions + 1
    analyzed = now
    return repetitions < 2
  }

  private mutating func ask(isLast: Bool = false) {
    var coverage = Report.NodeCoverage(name: node, files: files.map(\.path))
    coverage.dropped = Int(counters.dropped)
    let request = ObservingStage.Request(
      coverage: coverage,
      losses: losses.last,
      facts: facts?.takeNew() ?? [],
      inventory: isInventoryNew ? inventory : nil,
      isLast: isLast
    )
    isInventoryNew = false
    isAnalysing = true
    if let thread { thread.report(request) } else { stage?.report(request) }
  }

  private mutating func noteCounters(isLast: Bool = false) {
    counters = source.readCounters()
    ring?.note(counters)
    let lost = losses.read(&source, isLast: isLast)
    ring?.note(lost)
    facts?.read(isLast: isLast)
  }

  private mutating func takeFrames() throws(Failure) -> Int {
    if let thread {
      let block = thread.takeBlock()
      let count = Self.take(&source, &block.sightings, &ring)
      thread.put(block)
      try ring?.write()
      return count
    }
    let count = Self.take(&source, &batch, &ring)
    stage?.take(batch)
    batch.removeAll()
    try ring?.write()
    return count
  }

  /// Apart from `self`, of which a closure could not use two parts at once.
  private static func take(
    _ source: inout LiveSource,
    _ batch: inout SightingBatch,
    _ ring: inout SavefileRing?
  ) -> Int {
    if ring == nil { return source.read(into: &batch) }
    return source.read(into: &batch) { ring?.append($0) }
  }
}
