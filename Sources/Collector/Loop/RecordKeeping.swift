internal import System
internal import Wire

/// Hands reports to the historian, now and then, and tells what it could not write.
struct RecordKeeping: Sendable {
  private let historian: Historian
  private let worker: Worker
  private var isWriting = false
  private var nextWrite = Instant.now()
  /// The report that was last handed over.
  private var written: UInt64 = 0
  private var failure: StoreError?
  private(set) var failures = 0

  private static let pause = Interval.seconds(2)
  /// A history is written again after this many times its effort.
  private static let restraint: Int64 = 10

  init(_ historian: Historian, _ worker: Worker) {
    self.historian = historian
    self.worker = worker
  }

  /// Has a report written if it is new and the time has come; answers what is to be told.
  mutating func look(
    _ made: MadeReport,
    _ nodes: [NodeState],
    _ rememberedSince: Timestamp,
    at now: Instant
  ) -> [String] {
    let lines = takeOutcomes(at: now)
    guard !isWriting, now >= nextWrite, made.number > written else { return lines }
    hand(made, nodes, rememberedSince, isLast: false)
    return lines
  }

  /// Has the last report written, and waits for it.
  mutating func finish(
    _ made: MadeReport,
    _ nodes: [NodeState],
    _ rememberedSince: Timestamp
  ) -> [String] {
    hand(made, nodes, rememberedSince, isLast: true)
    worker.join()
    return takeOutcomes(at: .now())
  }

  private mutating func hand(
    _ made: MadeReport,
    _ nodes: [NodeState],
    _ rememberedSince: Timestamp,
    isLast: Bool
  ) {
    isWriting = true
    written = made.number
    historian.ask(
      Historian.Job(made: made, nodes: nodes, rememberedSince: rememberedSince, isLast: isLast)
    )
  }

  private mutating func takeOutcomes(at now: Instant) -> [String] {
    var lines: [String] = []
    for outcome in historian.takeOutcomes() {
      isWriting = false
      let pause = Interval(nanoseconds: outcome.effort.nanoseconds * Self.restraint)
      nextWrite = now + max(Self.pause, pause)
      if outcome.failure != nil {
        failures += 1
        // What was not written is tried again.
        written = 0
      }
      if let line = outcome.line {
        lines.append(line)
      } else if let new = outcome.failure, new != failure {
        lines.append("\(new); the history is not written, and reports go on")
      }
      failure = outcome.failure
    }
    return lines
  }
}
