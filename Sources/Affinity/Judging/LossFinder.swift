internal import Correlation
internal import Wire

/// Finds sessions that are short of datagrams or of answers.
struct LossFinder {
  private(set) var losses: [Loss] = []

  /// So many datagrams without an answer are no coincidence where answers are the rule.
  private static let silence = 3

  init(_ evidence: Evidence) {
    let refused = Set(evidence.stitched.ledger.refusals.map { $0.1.leg })
    // Where nothing is answered or refused, only what was seen to go astray is lost.
    let answered = evidence.roster.answered
    guard !answered.isEmpty || !refused.isEmpty else {
      for index in evidence.roster.short { noteLost(evidence, index) }
      return
    }
    for (index, session) in evidence.sessions.enumerated() {
      let isRefused =
        !refused.isEmpty
        && (refused.contains(evidence.stitched.ledger.book[session.flow])
          || session.placements.contains {
            refused.contains(evidence.stitched.ledger.book[evidence.placements[$0].terminal])
          })
      let expectsAnswers = answered.contains(evidence.services[index]) || isRefused
      var found = false
      if expectsAnswers {
        for place in session.placements {
          let unanswered = Self.unanswered(
            evidence,
            place,
            isRefused: isRefused || Self.isRefusing(evidence, evidence.placements[place])
          )
          guard unanswered > 0 else { continue }
          found = true
          let placement = evidence.placements[place]
          losses.append(
            Loss(
              session: index,
              placement: place,
              node: Int(placement.backendNode),
              at: placement.lastReply ?? placement.from,
              lostAtIngress: session.lostAtIngress,
              lostBetween: session.lostBetween,
              unanswered: unanswered
            )
          )
        }
      }
      // Where endpoints were missing meanwhile, what was lost on the way in is a loss of its own.
      let isLostTwice =
        found && session.lostAtIngress >= Self.silence && evidence.wasEmpty(index) != .no
      if isLostTwice || (!found && (session.lost > 0 || (isRefused && session.placements.isEmpty)))
      {
        noteLost(evidence, index)
      }
    }
  }

  private mutating func noteLost(_ evidence: Evidence, _ index: Int) {
    let session = evidence.sessions[index]
    losses.append(
      Loss(
        session: index,
        placement: session.placements.last,
        node: Self.node(evidence, session),
        at: session.first,
        lostAtIngress: session.lostAtIngress,
        lostBetween: session.lostBetween,
        unanswered: 0
      )
    )
  }

  /// Whether a placement's backend said to anyone by then that nothing listens there: ICMP is rate-limited, and one refusal
  /// speaks for all its clients.
  private static func isRefusing(_ evidence: Evidence, _ placement: PlacementRecord) -> Bool {
    guard let since = evidence.index.refusedSince[placement.backend] else { return false }
    return placement.to.since(since) > .seconds(-1)
  }

  /// How many of a placement's datagrams came after its last answer, if that is more than chance.
  private static func unanswered(_ evidence: Evidence, _ place: Int, isRefused: Bool) -> Int {
    let placement = evidence.placements[place]
    let sent = max(placement.sent, placement.datagrams)
    guard sent > 0 else { return 0 }
    let missing = sent - placement.replies
    guard missing >= (isRefused ? 1 : silence) else { return 0 }
    guard let reply = placement.lastReply else { return missing }
    // Answers that stop are a loss; answers that are merely fewer than the questions are a protocol.
    let rate = placement.to.since(placement.from)
    let quiet = placement.to.since(reply)
    guard rate.nanoseconds > 0, quiet.nanoseconds > 0 else { return 0 }
    // Time stamps are claims: what they make of a share stays one.
    let share = min(1, Double(quiet.nanoseconds) / Double(rate.nanoseconds))
    let after = Int((share * Double(sent)).rounded())
    guard after >= (isRefused ? 1 : silence) else { return 0 }
    return min(missing, max(after, 1))
  }

  private static func node(_ evidence: Evidence, _ session: SessionRecord) -> Int {
    let runs = evidence.stitched.ledger.runs(of: session.flow)
    let lossy = runs.first { index in
      let run = evidence.stitched.ledger.runs[Int(index)]
      return run.forward.matched < run.forward.datagrams
    }
    return (lossy ?? runs.first).map { Int(evidence.stitched.ledger.runs[Int($0)].node) } ?? 0
  }
}
