internal import Affinity
public import Cluster
internal import Correlation
internal import Exchange
internal import Reporting
public import System
public import Wire

/// The cluster's loop: takes what agents tell, has the disk hold it, acknowledges it, and has reports made of it.
///
/// One thread does all of it but the analyses and the history: whoever calls `step` again and again, and `finish` at the
/// end.
public struct CollectingLoop: ~Copyable {
  /// What a step brought.
  public struct News {
    /// What whoever watches should know, a line each.
    public var lines: [String] = []
    public var outcome: ContinuousAnalyst.Outcome?
  }

  /// What is known now, for whoever serves it.
  public let state: Locked<CollectorState>
  /// Where packets behind a finding are asked for.
  public let evidence: EvidenceDesk

  private let settings: CollectorSettings
  private let desk: InventoryDesk
  private var server: CollectingServer
  private var intake: Intake
  private var log: ObservationLog
  /// Nobody else writes where this collector does.
  private let lock: FolderLock
  private var schedule: ReportSchedule
  private let analyst: ContinuousAnalyst
  private let analystWorker: Worker
  private var records: RecordKeeping

  /// The connections of each node, with what they wait for.
  private var connections: [CollectingServer.Connection: Int] = [:]
  private var gathering: EvidenceGathering
  private var waiting: Set<Waiting> = []
  private var commitAt: Instant?
  private var logFailure: SystemError?
  private var age: InventoryAge?

  /// Somebody who is to be told how much of an epoch is on disk.
  private struct Waiting: Hashable {
    var connection: CollectingServer.Connection
    var node: Int
    var epoch: UInt64
  }

  /// What came waits no longer for the disk than this, and not for more than so many bytes.
  private static let commitPause = Interval.milliseconds(50)
  private static let mostPending = 4 << 20
  /// While the disk takes nothing no more than this is taken from the agents.
  private static let mostUnwritten = 64 << 20

  /// Begins: reads what an earlier process has kept, and listens.
  ///
  /// What is to be said of what was read is added to `lines`.
  public static func begin(
    _ settings: CollectorSettings,
    _ inventory: ClusterHistory?,
    _ desk: InventoryDesk,
    _ lines: inout [String]
  ) throws(CollectorError) -> Self {
    do {
      guard let lock = try FolderLock(of: settings.logDirectory) else {
        throw CollectorError(
          "\(settings.database): another collector writes to it; give each a file of its own by --db"
        )
      }
      var log = try ObservationLog(ObservationLog.Settings(directory: settings.logDirectory))
      let store = try HistoryStore.open(settings.database, hasLog: !log.isEmpty, &lines)
      let historian = Historian(store, path: settings.database, keep: settings.keep)
      var intake = Intake(mostWaiting: settings.mostObservations)
      lines += try log.replay { message in
        _ = intake.take(message)
        return intake.node(named: message.node)
      }
      intake.noteAllSafe()
      for damage in log.damages {
        if let node = damage.node { intake.noteDamagedLog(of: node) }
      }
      let analyst = try ContinuousAnalyst()
      let server = try CollectingServer(settings.doors, settings.server, waker: analyst.waker)
      let window = ObservationWindow(mostObservations: settings.mostObservations)
      let analystWorker = try analyst.start(inventory, settings.analyst, window)
      let records = RecordKeeping(historian, try historian.start())
      return Self(settings, desk, server, intake, log, lock, (analyst, analystWorker), records)
    } catch {
      throw CollectorError("\(error)")
    }
  }

  private init(
    _ settings: CollectorSettings,
    _ desk: InventoryDesk,
    _ server: consuming CollectingServer,
    _ intake: Intake,
    _ log: consuming ObservationLog,
    _ lock: consuming FolderLock,
    _ analyst: (ContinuousAnalyst, Worker),
    _ records: RecordKeeping
  ) {
    self.settings = settings
    self.desk = desk
    self.server = server
    self.intake = intake
    self.log = log
    self.lock = lock
    (self.analyst, analystWorker) = analyst
    self.records = records
    evidence = EvidenceDesk(self.analyst.waker)
    gathering = EvidenceGathering(patience: settings.evidencePatience)
    schedule = ReportSchedule(refresh: settings.refresh, patience: settings.patience)
    state = Locked(CollectorState(started: .now()))
  }

  /// Where agents are let in, in the order of the doors.
  public var endpoints: [Endpoint] { server.endpoints }

  /// Waits until something happens, at most until the moment given, and takes it in.
  public mutating func step(until moment: Instant) -> News {
    var news = News()
    let wake = min(
      moment,
      commitAt ?? moment,
      gathering.deadline ?? moment,
      schedule.nextLook
    )
    receive(until: wake, &news)
    gatherEvidence(at: .now())
    commitIfDue(&news)
    takeInventory(&news)
    takeOutcome(&news)
    takeRecords(&news)
    let (now, time) = (Instant.now(), Timestamp.now())
    intake.look(
      at: now,
      time,
      absentAfter: settings.absentAfter,
      lateAfter: settings.patience
    )
    switch schedule.look(at: now, time, intake) {
    case .wait: break
    case .giveUp(let begin):
      intake.giveUp(onThoseBefore: begin)
      ask(at: time)
    case .ask: ask(at: time)
    }
    publish()
    return news
  }

  /// Takes what was seen before and is still on its way, and makes the last report.
  public mutating func finish() throws(CollectorError) -> (ContinuousAnalyst.Outcome, [String]) {
    let (begin, deadline) = (Timestamp.now(), Instant.now() + settings.patience)
    var news = News()
    while !intake.hasHeardAll(before: begin), Instant.now() < deadline {
      receive(until: min(deadline, .now() + .milliseconds(20)), &news)
      commitIfDue(&news)
    }
    commitAt = commitAt.map { _ in .now() }
    commitIfDue(&news)
    takeInventory(&news)
    intake.look(
      at: .now(),
      .now(),
      absentAfter: settings.absentAfter,
      lateAfter: settings.patience
    )
    ask(at: .now(), isLast: true)
    gatherEvidence(at: Instant(nanoseconds: .max))
    analystWorker.join()
    guard let outcome = takeOutcome(&news) else {
      throw CollectorError("the analysis ended without a report")
    }
    publish()
    if let made = state.withLock(\.latest) {
      news.lines += records.finish(made, intake.nodes.map(\.state), outcome.rememberedSince)
    }
    return (outcome, news.lines)
  }

  // MARK: Agents

  private mutating func receive(until moment: Instant, _ news: inout News) {
    guard log.pendingBytes < Self.mostUnwritten else {
      // Agents keep what is not taken.
      sleep(until: min(moment, .now() + .milliseconds(100)))
      return
    }
    var events: [CollectingServer.Event] = []
    let pause = max(moment.since(.now()), .milliseconds(0))
    server.step(timeout: pause) { events.append($0) }
    guard !events.isEmpty else { return }
    let (now, time) = (Instant.now(), Timestamp.now())
    for event in events {
      switch event {
      case .opened(let connection, let hello, let address):
        let answer = intake.open(connection.number, hello, from: address, at: now, time)
        connections[connection] = intake.node(named: hello.node)
        server.acknowledge(connection, answer)
        news.lines.append("agent \(hello.node) at \(address) has connected")
      case .arrived(let connection, let arrival): take(arrival, connection, at: now, time)
      case .answered(let connection, let frames, let ends):
        gathering.take(frames, ends, from: connection)
      case .closed(let connection, let hello, let reason, let line):
        connections[connection] = nil
        gathering.close(connection)
        if let hello {
          intake.close(connection.number, of: hello.node, at: now)
        } else {
          intake.refuse(reason.rawValue)
        }
        news.lines.append(line)
      }
    }
  }

  private mutating func take(
    _ arrival: Arrival,
    _ connection: CollectingServer.Connection,
    at now: Instant,
    _ time: Timestamp
  ) {
    let told = NodeMessage(
      node: arrival.hello.node,
      epoch: arrival.hello.epoch,
      place: arrival.place,
      recordCount: arrival.recordCount,
      decoded: arrival.decoded
    )
    let node = intake.node(named: told.node)
    if intake.take(told, at: now, time) {
      log.append(arrival.message, told, of: node)
    } else {
      log.note(arrival.message, of: node)
    }
    waiting.insert(Waiting(connection: connection, node: node, epoch: told.epoch))
    if commitAt == nil { commitAt = now + Self.commitPause }
  }

  /// Asks agents for what is wanted of their rings, and gives what has come of it.
  private mutating func gatherEvidence(at now: Instant) {
    for job in evidence.take() {
      let agents = agents
      gathering.begin(job, agents, at: .now()) { connection, request in
        server.request(connection, request)
      }
    }
    for (job, gathered) in gathering.takeFinished(at: now) { evidence.note(gathered, for: job) }
  }

  /// Who is connected, by name: of an agent that came back before it was gone, its last connection.
  private var agents: [EvidenceGathering.Agent] {
    var last: [Int: CollectingServer.Connection] = [:]
    for (connection, node) in connections {
      last[node] =
        max(last[node]?.number ?? 0, connection.number) == connection.number
        ? connection : last[node]
    }
    return last.map { node, connection in
      let state = intake.nodes[node].state
      return EvidenceGathering.Agent(
        connection: connection,
        node: state.name,
        hasRing: state.evidenceRingBytes != nil
      )
    }.sorted { $0.node < $1.node }
  }

  // MARK: The log

  private mutating func commitIfDue(_ news: inout News) {
    guard let due = commitAt else { return }
    let isFull = log.pendingBytes >= Self.mostPending && logFailure == nil
    guard isFull || Instant.now() >= due else { return }
    var safe: [ObservationLog.Safe] = []
    do throws(SystemError) {
      try log.commit { safe.append($0) }
      if logFailure != nil {
        news.lines.append("\(settings.logDirectory): it can be written again")
      }
      logFailure = nil
      commitAt = nil
    } catch {
      if logFailure != error {
        news.lines.append(
          "\(error); nothing is acknowledged until it can be written, and agents keep what they see"
        )
      }
      logFailure = error
      intake.noteLogFailure()
      commitAt = .now() + .seconds(1)
    }
    for one in safe { intake.note(one) }
    for one in waiting {
      let sequence = intake.safe(of: one.epoch, one.node)
      guard sequence > 0 else { continue }
      let acknowledgement = Acknowledgement(epoch: one.epoch, sequence: sequence)
      server.acknowledge(one.connection, acknowledgement)
    }
    if logFailure == nil { waiting.removeAll(keepingCapacity: true) }
  }

  // MARK: Reports

  private mutating func takeInventory(_ news: inout News) {
    let new = desk.take()
    news.lines += new.lines
    if new.age != age { schedule.noteChange() }
    age = new.age
    if let history = new.history { schedule.note(history) }
  }

  private mutating func ask(at time: Timestamp, isLast: Bool = false) {
    var job = ContinuousAnalyst.Job()
    job.changes = intake.takeChanges()
    job.nodes = intake.observed(since: schedule.rememberedSince)
    let begin = time - settings.window
    let remembered = max(begin, schedule.rememberedSince)
    job.blindSpots =
      intake.blindSpots(since: remembered) + log.blindSpots(since: remembered) + blindSpots
    job.forgetsBefore = begin
    job.inventory = schedule.takeInventory()
    job.isLast = isLast
    schedule.noteAsked()
    analyst.ask(job)
  }

  /// What is not known of the cluster, and what the reports had to forget.
  private var blindSpots: [Report.BlindSpot] {
    var spots: [Report.BlindSpot] = []
    if let age, !age.isCurrent {
      let why = age.failure.map { " (\($0))" } ?? ""
      let effect =
        age.confirmedAt.map {
          "the API server is not heard\(why): what changed in the cluster since \($0) is not known"
        } ?? "the API server was not heard yet\(why): names, and causes that need them, are missing"
      spots.append(Report.BlindSpot("stale-inventory", at: "API server", effect))
    }
    let forgotten = schedule.forgotten + intake.forgotten
    if forgotten > 0 {
      spots.append(
        Report.BlindSpot(
          "forgotten-observations",
          at: "collector",
          "\(forgotten) observations of the beginning were forgotten for want of room: a larger --max-observations keeps more"
        )
      )
    }
    return spots
  }

  @discardableResult
  private mutating func takeOutcome(_ news: inout News) -> ContinuousAnalyst.Outcome? {
    let outcomes = analyst.takeOutcomes()
    guard var outcome = outcomes.last else { return nil }
    // At the end the last report may come right behind the one before it.
    outcome.events = outcomes.flatMap(\.events)
    news.outcome = outcome
    schedule.note(outcome, at: .now())
    let time = Timestamp.now()
    let events = outcome.inventory.map { clusterEvents(of: $0, during: outcome.report) } ?? []
    state.withLock { state in
      state.latest = MadeReport(
        outcome.report,
        clusterEvents: events,
        number: (state.latest?.number ?? 0) + 1,
        madeAt: time,
        effort: outcome.effort
      )
      state.counts.reports += 1
      state.add(outcome.events, at: time)
    }
    log.release(
      before: outcome.rememberedSince,
      mostObservations: settings.mostObservations
    )
    return outcome
  }

  private mutating func takeRecords(_ news: inout News) {
    guard let made = state.withLock(\.latest) else { return }
    news.lines += records.look(
      made,
      intake.nodes.map(\.state),
      schedule.rememberedSince,
      at: .now()
    )
  }

  private func publish() {
    let nodes = intake.nodes.map(\.state).sorted { $0.name < $1.name }
    state.withLock { state in
      state.nodes = nodes
      let reports = state.counts.reports
      state.counts = intake.counts
      state.counts.reports = reports
      state.counts.windowed = schedule.remembered
      state.counts.forgotten = schedule.forgotten + intake.forgotten
      state.counts.logBytes = log.byteCount
      state.counts.storeFailures = records.failures
      state.inventory = age
    }
  }
}
