internal import Affinity
internal import CommandLineKit
internal import Wire

extension TextPage {
  /// Every session on a line, its placements below it.
  ///
  /// No table: its columns would have to be measured over all sessions before the first is written, and endpoints that
  /// are cut to fit say nothing.
  mutating func add<E>(
    sessionsOf report: Report,
    drain: ([UInt8]) throws(E) -> Void
  ) throws(E) {
    heading("SESSIONS")
    for session in report.sessions {
      add(session)
      if isLong { try drain(self.drain()) }
    }
  }

  private mutating func add(_ session: Report.Session) {
    var counts = ["\(grouped(session.datagrams)) sent"]
    if session.lost > 0 { counts.append(style.red("\(grouped(session.lost)) lost")) }
    if session.ambiguous > 0 { counts.append("\(grouped(session.ambiguous)) ambiguous") }
    counts.append("\(grouped(session.replies)) replies")
    line(
      "  \(style.bold("\(session.client)")) > \(session.front)  \(counts.joined(separator: ", "))"
    )
    for loss in session.lostAt {
      let place = loss.node.map { "\(loss.hop) at \($0)" } ?? loss.hop
      line("    \(grouped(loss.datagrams)) lost: \(place)")
    }
    let hasMoved = session.placements.count > 1
    for placement in session.placements {
      let count = grouped(placement.datagrams).padded(to: 6, .right)
      let whom = placement.summary
      line("    \(placement.from.clock) \(count)  \(hasMoved ? style.yellow(whom) : whom)")
    }
  }
}
