internal import Reporting
internal import System
internal import Wire

/// Where whoever is asked for a finding's packets lays down the question, and the collector's loop takes it.
public final class EvidenceDesk: Sendable {
  struct Job: Sendable {
    var question: EvidenceQuestion
    /// How far each node's clock is ahead of the first one's, as far as that is known.
    var clocks: [String: Interval]
    /// Is given what came of it, once; on the loop's thread, which is not to be kept.
    var give: @Sendable (GatheredEvidence) -> Void
  }

  /// So many questions are asked at once: each may take some tens of megabytes.
  static let most = 4

  private struct State {
    var jobs: [Job] = []
    var open = 0
  }

  private let state = Locked(State())
  private let waker: Waker

  /// The waker is the loop's.
  init(_ waker: Waker) {
    self.waker = waker
  }

  /// False where as many are asked as may be.
  func ask(_ job: Job) -> Bool {
    let isTaken = state.withLock { state in
      guard state.open < Self.most else { return false }
      state.open += 1
      state.jobs.append(job)
      return true
    }
    if isTaken { waker.wake() }
    return isTaken
  }

  /// What was laid down since the last call.
  func take() -> [Job] {
    state.withLock { state in
      defer { state.jobs = [] }
      return state.jobs
    }
  }

  /// One that was taken is done with.
  func note(_ gathered: GatheredEvidence, for job: Job) {
    state.withLock { $0.open -= 1 }
    job.give(gathered)
  }
}
