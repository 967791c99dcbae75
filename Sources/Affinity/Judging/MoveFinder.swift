internal import Wire

/// Finds the changes of placement inside sessions, and which of them happened at one instant.
struct MoveFinder {
  private(set) var moves: [Move] = []
  private let evidence: Evidence

  /// So many moves at one node that share an instant are one event.
  static let burstSize = 3

  /// First datagrams this close to each other may be in flight together.
  private static let race = Interval.milliseconds(2)

  init(_ evidence: Evidence) {
    self.evidence = evidence
    for index in evidence.roster.moved { find(in: evidence.sessions[index], index) }
    findBursts()
  }

  private mutating func find(in session: SessionRecord, _ index: Int) {
    let first = moves.count
    for now in session.placements.dropFirst() {
      let (old, new) = (evidence.placements[now - 1], evidence.placements[now])
      let lastSeen = max(old.to, old.lastReply ?? old.to)
      moves.append(
        Move(
          session: index,
          was: now - 1,
          now: now,
          at: new.from,
          changedBackend: old.backend != new.backend,
          changedSource: old.seenSource != new.seenSource,
          // Where it came in last: it may have changed its way in and kept its pod before.
          oldNode: Int(evidence.stitched.ledger.runs[Int(old.lastRun)].node),
          newNode: Int(new.ingressNode),
          quiet: max(Interval(nanoseconds: 0), new.from.since(lastSeen)),
          lastOld: min(old.to, new.from)
        )
      )
    }
    let places = session.placements
    let start = evidence.placements[places.lowerBound].from
    if evidence.placements[places.lowerBound + 1].from.since(start) <= Self.race {
      for move in first..<min(first + 2, moves.count)
      where evidence.placements[moves[move].was].to.since(start) <= Self.race {
        moves[move].isRace = true
      }
    }
    // A session that changes its backend with every few datagrams, and comes back, has no events: it is sprayed.
    let backends = Set(session.placements.map { evidence.placements[$0].backend })
    let changes = moves.count - first
    if changes >= 4, changes > backends.count, changes * 4 >= session.datagrams {
      for move in first..<moves.count { moves[move].isSprayed = true }
    }
  }

  /// Groups moves of one node whose intervals (last old, first new] share an instant.
  private mutating func findBursts() {
    var byNode: [Int: [Int]] = [:]
    for (index, move) in moves.enumerated() where isCandidate(move) {
      byNode[move.newNode, default: []].append(index)
    }
    var number = 0
    for node in byNode.keys.sorted() {
      var open = byNode[node] ?? []
      while open.count >= Self.burstSize {
        let members = largestOverlap(open)
        guard members.count >= Self.burstSize else { break }
        let taken = Set(members + echoes(of: members, among: open))
        for member in taken { moves[member].burst = number }
        number += 1
        open.removeAll(where: taken.contains)
      }
    }
  }

  private func isCandidate(_ move: Move) -> Bool {
    guard !move.changedIngress, !move.isSprayed, !move.isRace else { return false }
    return move.quiet < evidence.timeout(of: evidence.placements[move.was]).interval
  }

  /// Further moves of a burst's own sessions, each at one time with several of its members.
  ///
  /// To empty a table takes time: a flow that comes back meanwhile is placed anew, and once more when its new entry goes.
  private func echoes(of members: [Int], among candidates: [Int]) -> [Int] {
    // All members share an instant, and no other move of their sessions has it: what ends after enough of them began
    // and begins before enough of them ended is at one time with those.
    let began = members.map { moves[$0].lastOld }.sorted()[Self.burstSize - 1]
    let ended = members.map { moves[$0].at }.sorted()[members.count - Self.burstSize]
    let sessions = Set(members.map { moves[$0].session })
    let known = Set(members)
    return candidates.filter { candidate in
      !known.contains(candidate) && sessions.contains(moves[candidate].session)
        && moves[candidate].at > began && moves[candidate].lastOld < ended
    }
  }

  /// The most intervals that share an instant.
  private func largestOverlap(_ candidates: [Int]) -> [Int] {
    var edges: [(time: Timestamp, isStart: Bool, move: Int)] = []
    for index in candidates {
      edges.append((moves[index].lastOld, true, index))
      edges.append((moves[index].at, false, index))
    }
    // Half-open at the old side: an interval that ends where another begins does not share an instant with it.
    edges.sort { left, right in
      left.time != right.time
        ? left.time < right.time
        : left.isStart != right.isStart ? !left.isStart : left.move < right.move
    }
    var open = 0
    var most = 0
    var instant: Timestamp?
    for edge in edges {
      open += edge.isStart ? 1 : -1
      if open > most { (most, instant) = (open, edge.time) }
    }
    guard let instant else { return [] }
    return candidates.filter { moves[$0].lastOld <= instant && instant < moves[$0].at }
  }
}
