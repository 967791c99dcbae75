internal import Correlation
internal import Wire

/// A time for which a session's datagrams came in at one node.
struct IngressStretch: Sendable {
  var node: Int
  var from: Timestamp
  var to: Timestamp
  var datagrams: Int
}

extension Evidence {
  /// Where a session's datagrams came in over time, neighbours of one node joined.
  func ingress(of session: Int) -> [IngressStretch] {
    var stretches: [IngressStretch] = []
    for index in stitched.ledger.runs(of: sessions[session].flow) {
      let run = stitched.ledger.runs[Int(index)]
      guard run.forward.datagrams > 0, run.traits.contains(.addressedHere),
        !stitched.next(run).isNone || !stitched.isTransit(run)
      else { continue }
      let stretch = IngressStretch(
        node: Int(run.node),
        from: stitched.corrected(run.first, index),
        to: stitched.corrected(run.forward.last, index),
        datagrams: Int(run.forward.datagrams)
      )
      if let last = stretches.last, last.node == stretch.node {
        stretches[stretches.count - 1].to = max(last.to, stretch.to)
        stretches[stretches.count - 1].datagrams += stretch.datagrams
      } else {
        stretches.append(stretch)
      }
    }
    return stretches
  }

  /// Whether a session came in at two nodes during one period, not first at one and then at the other.
  func isInterleaved(_ session: Int) -> Bool {
    let stretches = ingress(of: session)
    if stretches.count >= 4 { return true }
    for (position, stretch) in stretches.enumerated() {
      for later in stretches[(position + 1)...]
      where later.node != stretch.node && later.from < stretch.to
        && stretch.to.since(later.from) > .milliseconds(1) && later.datagrams > 1
      {
        return true
      }
    }
    return false
  }

  /// Whether the session was at this node before it was at the one that it now leaves.
  func returns(_ move: Move) -> Bool {
    let stretches = ingress(of: move.session)
    guard stretches.count >= 3 else { return false }
    for position in 1..<(stretches.count - 1)
    where stretches[position - 1].node == stretches[position + 1].node {
      let (away, back) = (stretches[position], stretches[position + 1])
      // The move away and the move back are one story.
      if away.from <= move.at, move.at <= max(away.to, back.from) { return true }
    }
    return false
  }

  /// Whether every session of the front that was at the old node went to the new one around the same time.
  func isWholeFront(_ move: Move) -> Bool {
    let front = sessions[move.session].front
    var moved = 0
    for (index, session) in sessions.enumerated() where session.front == front {
      let stretches = ingress(of: index)
      guard let before = stretches.last(where: { $0.from < move.at }), before.node == move.oldNode
      else { continue }
      // One that ended before tells nothing; one that stayed does.
      guard before.to <= move.at + .seconds(1) else { return false }
      guard let after = stretches.first(where: { $0.from > before.from && $0.node != before.node })
      else { continue }
      guard after.node == move.newNode else { return false }
      moved += 1
    }
    return moved >= 2
  }
}
