internal import Wire

/// Sums over sessions: all that the shorter reports need of them, gathered in one pass.
public struct SessionTotals: Sendable, Hashable {
  public struct Tally: Sendable, Hashable {
    public var sessions = 0
    public var moved = 0
    public var datagrams = 0
    public var placed = 0
    public var lost = 0
    public var ambiguous = 0
    public var replies = 0

    public init() {}

    mutating func add(_ session: Report.Session) {
      sessions += 1
      if session.placements.count > 1 { moved += 1 }
      datagrams += session.datagrams
      placed += session.placed
      lost += session.lost
      ambiguous += session.ambiguous
      replies += session.replies
    }

    mutating func add(_ session: SessionRecord, placed count: Int) {
      sessions += 1
      if session.placements.count > 1 { moved += 1 }
      datagrams += session.datagrams
      placed += count
      lost += session.lost
      ambiguous += session.ambiguous
      replies += session.replies
    }

    mutating func add(_ other: Self) {
      sessions += other.sessions
      moved += other.moved
      datagrams += other.datagrams
      placed += other.placed
      lost += other.lost
      ambiguous += other.ambiguous
      replies += other.replies
    }
  }

  public private(set) var all = Tally()
  private var byFront: [Endpoint: Tally] = [:]

  /// Those that the analysis gathered where it lists no sessions, else those of the report's list.
  public init(_ report: Report) {
    self = report.unlisted ?? Self(report.sessions)
  }

  init(_ sessions: [Report.Session]) {
    for session in sessions { byFront[session.front, default: Tally()].add(session) }
    for tally in byFront.values { all.add(tally) }
  }

  init(_ stitched: Stitcher) {
    // A front's sessions often come in a row.
    var run = Tally()
    var front: Endpoint?
    for session in stitched.sessions {
      if let last = front, last != session.front {
        byFront[last, default: Tally()].add(run)
        run = Tally()
      }
      front = session.front
      var placed = 0
      for place in session.placements { placed += stitched.placements[place].datagrams }
      run.add(session, placed: placed)
    }
    if let front { byFront[front, default: Tally()].add(run) }
    for tally in byFront.values { all.add(tally) }
  }

  /// Of the sessions with any of these fronts, written as a service lists them (`198.51.100.7:20001/udp`).
  public func tally(ofFronts fronts: [String]) -> Tally {
    var sum = Tally()
    for front in fronts {
      let text = front.split(separator: "/").first.map(String.init) ?? front
      if let endpoint = Endpoint(text), let tally = byFront[endpoint] { sum.add(tally) }
    }
    return sum
  }
}
