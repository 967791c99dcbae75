import Affinity
import Cluster
import CommandLineKit
import Correlation
import Reporting
import System
import Wire

/// Makes reports of what was observed so far on a thread of its own, so that frames never wait for an analysis.
///
/// Each report comes from an analyst that is given everything anew: observations that a report is made of are few (one for
/// a stretch of a flow), and so the live report is what `analyze` would say, by the same code. What has been observed is
/// bounded: beyond the limit the oldest is forgotten, and told to be.
final class LiveAnalyst: Sendable {
  struct Job: Sendable {
    /// What ended since the last job, and what still goes on.
    var ended: [Observation]
    var ongoing: [Observation]
    var node: ObservedNode
    var losses: [InterfaceLoss] = []
    /// The cluster as it was and is by now, where that is new.
    var inventory: ClusterHistory?
    var isLast = false
  }

  struct Outcome: Sendable {
    var report: Report
    var events: [ChronicleEvent]
    /// Whether something went wrong that no explanation excuses.
    var hasTrouble: Bool
    /// How many observations had to be forgotten.
    var forgotten: Int
    /// How long the analysis took.
    var effort: Interval
  }

  /// So many observations of what is over are kept: some 150 MiB.
  private static let historyLimit = 400_000

  private let jobs = BoundedQueue<Job>(capacity: 2)
  private let outcomes = Locked<[Outcome]>([])
  /// Wakes whoever waits for outcomes.
  let waker: Waker

  init() throws(SystemError) {
    waker = try Waker()
  }

  /// Starts the thread; it ends with the last job.
  func start(
    _ inventory: ClusterHistory?,
    _ settings: ClusterAnalyst.Settings
  ) throws(SystemError) -> Worker {
    try Worker { [self] in
      var history: [Observation] = []
      var chronicle = Chronicle()
      var forgotten = 0
      var inventory = inventory
      while true {
        let job = jobs.take()
        inventory = job.inventory ?? inventory
        let start = Instant.now()
        history += job.ended
        if history.count > Self.historyLimit, !job.isLast {
          let surplus = history.count - Self.historyLimit * 7 / 8
          history.removeFirst(surplus)
          forgotten += surplus
        }
        var analyst = ClusterAnalyst(inventory: inventory, settings: settings)
        analyst.add(history, from: 0)
        analyst.add(job.ongoing, from: 0)
        var report = analyst.report(of: [job.node])
        report.add(job.losses, at: job.node.coverage.name)
        let events = chronicle.note(report, isLast: job.isLast)
        let outcome = Outcome(
          report: report,
          events: events,
          hasTrouble: chronicle.hasTrouble,
          forgotten: forgotten,
          effort: Instant.now().since(start)
        )
        outcomes.withLock { $0.append(outcome) }
        waker.wake()
        if job.isLast { return }
      }
    }
  }

  /// Asks for a report; whoever asks waits for its outcome before asking again.
  func ask(_ job: Job) {
    jobs.put(job)
  }

  /// What has come of the jobs since the last call.
  func takeOutcomes() -> [Outcome] {
    waker.clear()
    return outcomes.withLock { outcomes in
      defer { outcomes.removeAll() }
      return outcomes
    }
  }
}
