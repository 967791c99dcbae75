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
    var effort: Interval
  }

  private let store: Locked<HistoryStore>
  private let keep: Interval
  private let jobs = BoundedQueue<Job>(capacity: 1)
  private let outcomes = Locked<[Outcome]>([])

  init(_ store: consuming sending HistoryStore, keep: Interval) {
    self.store = Locked(store)
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
        let failure = write(job, prunes: prunes)
        let outcome = Outcome(failure: failure, effort: Instant.now().since(start))
        outcomes.withLock { $0.append(outcome) }
        if job.isLast { return }
      }
    }
  }

  private func write(_ job: Job, prunes: Bool) -> StoreError? {
    store.withLock { store in
      do throws(StoreError) {
        try store.record(job.made, job.nodes, rememberedSince: job.rememberedSince)
        if prunes { try store.prune(before: job.made.madeAt - keep) }
        return nil
      } catch {
        return error
      }
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
