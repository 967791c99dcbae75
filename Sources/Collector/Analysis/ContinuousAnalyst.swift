public import Affinity
public import Cluster
public import Correlation
public import Reporting
public import System
public import Wire

/// Makes reports of what was observed so far on a thread of its own, so that nothing that comes in waits for an analysis.
///
/// Each report comes from an analyst that is given everything anew: observations that a report is made of are few (one for
/// a stretch of a flow), and so the live report is what `analyze` would say, by the same code. What has been observed is
/// bounded: beyond the window's limits the oldest is forgotten, and told to be.
public final class ContinuousAnalyst: Sendable {
  /// Something that a node, by its number, has told.
  public enum Change: Sendable {
    case ended([Observation], of: Int)
    /// How runs are that go on, in place of how each of them was.
    case ongoing([Run], of: Int)
    /// How all is that goes on, in place of all that was said of that before.
    case look([Observation], of: Int)
  }

  /// A node and what it counted; nodes are told in the order of their numbers.
  public struct Node: Sendable {
    public var observed: ObservedNode
    public var losses: [InterfaceLoss]

    public init(_ observed: ObservedNode, losses: [InterfaceLoss] = []) {
      self.observed = observed
      self.losses = losses
    }
  }

  public struct Job: Sendable {
    /// What was told since the last job.
    public var changes: [Change] = []
    public var nodes: [Node] = []
    /// What nobody could see, beside what the analysis finds itself.
    public var blindSpots: [Report.BlindSpot] = []
    /// What ended before is forgotten.
    public var forgetsBefore: Timestamp?
    /// The cluster as it was and is by now, where that is new.
    public var inventory: ClusterHistory?
    public var isLast = false

    public init() {}
  }

  public struct Outcome: Sendable {
    public var report: Report
    public var events: [ChronicleEvent]
    /// Whether something went wrong that no explanation excuses.
    public var hasTrouble: Bool
    /// How many observations are remembered, and how many had to be forgotten for want of room.
    public var remembered: Int
    public var forgotten: Int
    /// Nothing that ended before was in the analysis.
    public var rememberedSince: Timestamp
    /// The cluster as the analysis knew it.
    public var inventory: ClusterHistory?
    /// How long the analysis took.
    public var effort: Interval
  }

  private let jobs = BoundedQueue<Job>(capacity: 2)
  private let outcomes = Locked<[Outcome]>([])
  /// Wakes whoever waits for outcomes.
  public let waker: Waker

  public init() throws(SystemError) {
    waker = try Waker()
  }

  /// Starts the thread; it ends with the last job.
  public func start(
    _ inventory: ClusterHistory?,
    _ settings: ClusterAnalyst.Settings,
    _ window: ObservationWindow
  ) throws(SystemError) -> Worker {
    try Worker { [self] in
      var analysis = ContinuousAnalysis(inventory, settings, window)
      while true {
        let job = jobs.take()
        let start = Instant.now()
        var outcome = analysis.run(job)
        outcome.effort = Instant.now().since(start)
        outcomes.withLock { $0.append(outcome) }
        waker.wake()
        if job.isLast { return }
      }
    }
  }

  /// Asks for a report; whoever asks waits for its outcome before asking again.
  public func ask(_ job: Job) {
    jobs.put(job)
  }

  /// What has come of the jobs since the last call.
  public func takeOutcomes() -> [Outcome] {
    waker.clear()
    return outcomes.withLock { outcomes in
      defer { outcomes.removeAll() }
      return outcomes
    }
  }
}
