internal import System
internal import Wire

/// Writes the history on a thread of its own: a large report takes longer than what comes in may wait.
final class Historian: Sendable {
  struct Job: Sendable {
    var made: MadeReport
    var nodes: [NodeState]
    var rememberedSince: Timestamp
    var isLast: Bool
  }

  /// What came of a job.
  struct Outcome: Sendable {
    var failure: StoreError?
    /// What was done about it.
    var line: String?
    var effort: Interval
  }

  private let path: String
  /// Nil where it was set aside, until another one is begun.
  private let store: Locked<HistoryStore?>
  private let keep: Interval
  private let jobs = BoundedQueue<Job>(capacity: 1)
  private let outcomes = Locked<[Outcome]>([])

  init(_ store: consuming sending HistoryStore, path: String, keep: Interval) {
    self.path = path
    self.store = Locked(Optional.some(store))
    self.keep = keep
  }

  /// Starts the thread; it ends with the last job.
  func start() throws(SystemError) -> Worker {
    try Worker { [self] in
      var pruned: Instant?
      while true {
        let job = jobs.take()
        let start = Instant.now()
        let prunes = pruned.map { start.since($0) > .seconds(3_600) } ?? true
        if prunes { pruned = start }
        var outcome = write(job, prunes: prunes)
        outcome.effort = Instant.now().since(start)
        outcomes.withLock { $0.append(outcome) }
        if job.isLast { return }
      }
    }
  }

  private func write(_ job: Job, prunes: Bool) -> Outcome {
    store.withLock { store in
      var outcome = Outcome(effort: .seconds(0))
      do throws(StoreError) {
        if store == nil { store = try HistoryStore(path: path) }
        try store?.record(job.made, job.nodes, rememberedSince: job.rememberedSince)
        if prunes { try store?.prune(before: job.made.madeAt - keep) }
      } catch {
        outcome.failure = error
        guard error.isDamage else { return outcome }
        // Closed first: SQLite removes what is beside a database by its name.
        store = nil
        outcome.line = try? HistoryStore.setAside(path, because: error)
      }
      return outcome
    }
  }

  /// Whoever asks waits for the outcome before asking again.
  func ask(_ job: Job) {
    jobs.put(job)
  }

  func takeOutcomes() -> [Outcome] {
    outcomes.withLock { outcomes in
      defer { outcomes.removeAll() }
      return outcomes
    }
  }
}
