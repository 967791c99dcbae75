import Wire

/// Which leg a look-alike leg comes from, found by counting: the fourth tier.
///
/// Where payloads are equal and the IP header marks nothing, one datagram proves nothing. But a leg's true origin is in
/// flight each time that the leg is seen, and another flow's datagram only now and then.
struct TwinVotes: ~Copyable, Sendable {
  private struct Candidate {
    var origin: Leg
    var weight: Int
    var count: Int
  }

  private struct Ballot {
    var candidates: [Candidate] = []
    var weight = 0
  }

  private var ballots: [Leg: Ballot] = [:]
  /// Votes needed, and the share that the winner must have of them.
  private static let needed = 4
  private static let kept = 6
  private static let ballotLimit = 1 << 16

  /// Counts one vote and answers, once it is decided, how many datagrams the winner was seen with.
  ///
  /// A vote weighs two where only one origin was in flight, and one where the order alone chose.
  mutating func vote(for origin: Leg, of leg: Leg, isSole: Bool) -> Int? {
    if ballots.count >= Self.ballotLimit, ballots[leg] == nil { ballots.removeAll() }
    var ballot = ballots[leg] ?? Ballot()
    let weight = isSole ? 2 : 1
    ballot.weight += weight
    var total = weight
    var count = 1
    if let index = ballot.candidates.firstIndex(where: { $0.origin == origin }) {
      ballot.candidates[index].weight += weight
      ballot.candidates[index].count += 1
      total = ballot.candidates[index].weight
      count = ballot.candidates[index].count
    } else {
      if ballot.candidates.count >= Self.kept,
        let weakest = ballot.candidates.indices.min(by: {
          ballot.candidates[$0].weight < ballot.candidates[$1].weight
        })
      {
        ballot.candidates.remove(at: weakest)
      }
      ballot.candidates.append(Candidate(origin: origin, weight: weight, count: 1))
    }
    if total >= Self.needed, total * 4 >= ballot.weight * 3 {
      ballots[leg] = nil
      return count
    }
    ballots[leg] = ballot
    return nil
  }

  /// Counts a datagram of the leg that nothing in flight could have become: evidence against every candidate.
  @inline(always)
  mutating func abstain(_ leg: Leg) {
    if !ballots.isEmpty { ballots[leg]?.weight += 2 }
  }

  @inline(always)
  mutating func forget(_ leg: Leg) {
    if !ballots.isEmpty { ballots[leg] = nil }
  }

  mutating func forgetAll() {
    ballots.removeAll()
  }
}
