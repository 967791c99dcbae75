public import Affinity
public import Reporting
public import Wire

/// What a collector knows now, as one value: whoever serves it takes a copy, and nobody waits for the other.
public struct CollectorState: Sendable {
  /// The latest report, with its number; nil before the first one.
  public var latest: MadeReport?
  /// The last things that happened, the newest last; numbered on without a gap.
  public var events: [NumberedEvent] = []
  public var nodes: [NodeState] = []
  public var counts = CollectorCounts()
  public var inventory: InventoryAge?
  public let started: Timestamp

  /// So many events are kept for whoever comes, or comes back.
  public static let mostEvents = 1_000

  public init(started: Timestamp) {
    self.started = started
  }

  /// Adds what happened, and forgets the oldest.
  public mutating func add(_ new: [ChronicleEvent], at time: Timestamp) {
    var number = events.last.map { $0.number + 1 } ?? 1
    for event in new {
      events.append(NumberedEvent(number: number, at: time, event: event))
      number += 1
    }
    if events.count > Self.mostEvents { events.removeFirst(events.count - Self.mostEvents) }
  }
}

/// A report, and how it was made.
public struct MadeReport: Sendable {
  public var report: Report
  /// What happened to the cluster meanwhile, for pictures of it.
  public var clusterEvents: [ClusterEvent]
  /// 1 for the first one of the process.
  public var number: UInt64
  public var madeAt: Timestamp
  /// How long the analysis took.
  public var effort: Interval

  public init(
    _ report: Report,
    clusterEvents: [ClusterEvent],
    number: UInt64,
    madeAt: Timestamp,
    effort: Interval
  ) {
    self.report = report
    self.clusterEvents = clusterEvents
    self.number = number
    self.madeAt = madeAt
    self.effort = effort
  }
}

/// Something that happened, with its place among all that did since the process began.
public struct NumberedEvent: Sendable {
  public var number: UInt64
  public var at: Timestamp
  public var event: ChronicleEvent
}

/// What is known of a node's agent.
public struct NodeState: Hashable, Sendable {
  public enum Presence: String, Hashable, Sendable {
    /// Connected, and its word is as new as can be.
    case current
    /// Connected, and not waited for any longer.
    case late
    /// Not connected, since a moment.
    case away
    /// Not connected for so long that what it would have seen is a blind spot.
    case absent
  }

  public var name: String
  public var presence = Presence.away
  /// Where its connection comes from; nil where there is none.
  public var address: Endpoint?
  /// When the agent's process began, in nanoseconds since 1970.
  public var epoch: UInt64 = 0
  /// So many records of the epoch are in the log.
  public var sequence: UInt64 = 0
  /// Up to when all that it saw has been told.
  public var watermark: Timestamp?
  public var lastHeard: Timestamp?
  public var connections = 0
  public var observations = 0
  /// Records that came once more, and were left out.
  public var duplicates = 0
  /// Records that the agent counted and that never came.
  public var missing = 0
  /// What its capture saw and lost, by its own count.
  public var frames: UInt64 = 0
  public var dropped: UInt64?
  /// How much of what it captured last its agent keeps to be asked for; nil where it keeps none.
  public var evidenceRingBytes: UInt64?

  public init(name: String) {
    self.name = name
  }
}

/// What a collector counted since it began.
public struct CollectorCounts: Hashable, Sendable {
  public var connections = 0
  /// Those that were turned away, by reason.
  public var refused: [String: Int] = [:]
  public var messages = 0
  public var observations = 0
  public var duplicates = 0
  public var missing = 0
  /// Records of other kinds than ours, and what contradicts itself.
  public var foreign = 0
  public var malformed = 0
  /// What the window has, and what it had to forget before its time.
  public var windowed = 0
  public var forgotten = 0
  public var logBytes: UInt64 = 0
  /// Times that the log could not be written to.
  public var logFailures = 0
  public var storeFailures = 0
  public var reports = 0

  public init() {}
}

/// How old what is known of the cluster may be.
public struct InventoryAge: Hashable, Sendable {
  /// When all of it was last known to be so; nil where nothing says.
  public var confirmedAt: Timestamp?
  /// Whether it is followed as it changes.
  public var isCurrent: Bool
  /// Why it is not.
  public var failure: String?

  public init(confirmedAt: Timestamp?, isCurrent: Bool, failure: String? = nil) {
    self.confirmedAt = confirmedAt
    self.isCurrent = isCurrent
    self.failure = failure
  }
}
