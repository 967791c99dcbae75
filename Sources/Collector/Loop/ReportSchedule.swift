internal import Cluster
internal import System
internal import Wire

/// When the next report is made, and what is to be told with it.
///
/// A report of a moment waits until all that was seen before it has been told, at most for some time.
struct ReportSchedule: Sendable {
  enum Step {
    case wait
    case ask
    /// The time is over; those who have not told all before this moment are not waited for any more.
    case giveUp(Timestamp)
  }

  private let refresh: Interval
  private let patience: Interval
  private var nextReport: Instant
  /// What the next report waits for, and how long.
  private var wanted: (begin: Timestamp, deadline: Instant)?
  private var isAnalysing = false
  private var inventory: ClusterHistory?
  private var hasChanged = true
  private var progress = Progress()
  /// How often nothing had changed; things are told when two reports say them.
  private var repetitions = 0

  private(set) var rememberedSince = Timestamp(nanoseconds: .min)
  private(set) var remembered = 0
  private(set) var forgotten = 0

  /// Where nothing of it has changed the report would be the same.
  private struct Progress: Equatable {
    var observations = 0
    var missing = 0
    var presences: [NodeState.Presence] = []
    var frames: UInt64 = 0
  }

  /// An analysis is made again after this many times its effort: a quarter of a core is the most that it takes.
  private static let restraint: Int64 = 3

  init(refresh: Interval, patience: Interval) {
    self.refresh = refresh
    self.patience = patience
    nextReport = .now() + refresh
  }

  /// When there is something to look for next.
  var nextLook: Instant {
    if isAnalysing { return .now() + .milliseconds(500) }
    return wanted == nil ? nextReport : .now() + .milliseconds(20)
  }

  mutating func look(at now: Instant, _ time: Timestamp, _ intake: borrowing Intake) -> Step {
    guard !isAnalysing else { return .wait }
    guard let wanted else {
      guard now >= nextReport else { return .wait }
      guard isWorthAsking(intake) else {
        nextReport = now + refresh
        return .wait
      }
      self.wanted = (time, now + patience)
      // What is waited for does not delay the one after it.
      nextReport = now + refresh
      return .wait
    }
    if intake.hasHeardAll(before: wanted.begin) { return .ask }
    return now >= wanted.deadline ? .giveUp(wanted.begin) : .wait
  }

  private mutating func isWorthAsking(_ intake: borrowing Intake) -> Bool {
    var current = Progress(observations: intake.counts.observations, missing: intake.counts.missing)
    current.presences = intake.nodes.map(\.state.presence)
    current.frames = intake.nodes.reduce(0) { $0 &+ $1.state.frames }
    let isNew = hasChanged || current != progress
    hasChanged = false
    progress = current
    repetitions = isNew ? 0 : repetitions + 1
    return repetitions < 2
  }

  mutating func noteChange() { hasChanged = true }

  mutating func note(_ history: ClusterHistory) {
    inventory = history
    hasChanged = true
  }

  mutating func takeInventory() -> ClusterHistory? {
    defer { inventory = nil }
    return inventory
  }

  mutating func noteAsked() {
    isAnalysing = true
    wanted = nil
  }

  mutating func note(_ outcome: ContinuousAnalyst.Outcome, at now: Instant) {
    isAnalysing = false
    rememberedSince = outcome.rememberedSince
    remembered = outcome.remembered
    forgotten = outcome.forgotten
    let pause = Interval(nanoseconds: outcome.effort.nanoseconds * Self.restraint)
    nextReport = max(nextReport, now + pause)
  }
}
