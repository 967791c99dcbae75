import Affinity
import Cluster
import Collector
import Correlation
import System

/// Stage one of a watch: sightings become observations, and these jobs for the analyst.
struct ObservingStage: ~Copyable {
  /// What a report is to tell beside what was observed.
  struct Request: Sendable {
    /// Of the frames nothing but what was dropped.
    var coverage: Report.NodeCoverage
    var losses: [InterfaceLoss]
    /// What the kernel said of itself since the last request.
    var facts: [NodeFacts]
    /// The cluster, where it is another one than before.
    var inventory: ClusterHistory?
    var isLast: Bool
  }

  private var observer: NodeObserver
  private var ended: [Observation] = []
  private let analyst: ContinuousAnalyst

  /// The most observations that wait for the next analysis.
  private static let mostEnded = 400_000

  init(_ settings: NodeObserver.Settings, _ analyst: ContinuousAnalyst) {
    observer = NodeObserver(settings: settings)
    self.analyst = analyst
  }

  mutating func take(_ batch: borrowing SightingBatch) {
    observer.observe(batch) { ended += $0 }
    if ended.count > Self.mostEnded {
      // A flood of short flows, faster than they can be analyzed.
      ended.removeFirst(ended.count / 2)
    }
  }

  /// Asks for a report of all that was taken so far; after the last one nothing may follow.
  mutating func report(_ request: Request) {
    ended += request.facts.map { .facts($0) }
    var ongoing: [Observation] = []
    if request.isLast {
      observer.finish { ended += $0.observations }
    } else {
      ended += observer.drain()
      ongoing = observer.peek()
    }
    var coverage = request.coverage
    coverage.packets = Int(observer.frames.frames)
    coverage.sightings = observer.counts.sightings
    coverage.malformed = Int(observer.frames.malformed)
    coverage.truncated = Int(observer.frames.truncated)
    coverage.from = observer.began
    coverage.to = observer.ended
    let node = ObservedNode(coverage, matching: observer.counts, orphans: observer.orphans)
    var job = ContinuousAnalyst.Job()
    job.changes = [.ended(ended, of: 0), .look(ongoing, of: 0)]
    ended = []
    job.nodes = [ContinuousAnalyst.Node(node, losses: request.losses)]
    job.inventory = request.inventory
    job.isLast = request.isLast
    analyst.ask(job)
  }
}
