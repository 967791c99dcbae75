internal import Cluster
internal import Correlation
internal import Wire

extension Evidence {
  /// What share of the sessions on backends that stayed moved together with this one.
  func movedShare(at move: Move) -> Double {
    let window = (move.lastOld - .seconds(5), move.at + .seconds(5))
    let moved = moves.filter {
      services[$0.session] == services[move.session] && $0.changedBackend && $0.at >= window.0
        && $0.at <= window.1
        && departure(of: placements[$0.was].backend, from: $0.session, by: window.1)?.certainty
          != .certain
    }
    let active = sessions.indices.filter {
      services[$0] == services[move.session] && sessions[$0].first < move.at
        && sessions[$0].last > move.lastOld && !sessions[$0].placements.isEmpty
    }
    return active.isEmpty ? 0 : Double(Set(moved.map(\.session)).count) / Double(active.count)
  }

  /// Where the pauses of a node's sessions fall into those after which they moved and those after which they stayed.
  func idleThreshold(of move: Move) -> IdleThreshold? {
    guard !move.changedIngress else { return nil }
    return thresholds[IdleKey(service: services[move.session], node: move.newNode)] ?? nil
  }

  /// Nil where pauses do not fall apart: a client's usual rhythm is no pause.
  func findIdleThreshold(_ key: IdleKey) -> IdleThreshold? {
    var shortest: Interval?
    var count = 0
    for move in moves
    where move.newNode == key.node && !move.changedIngress && services[move.session] == key.service
    {
      let old = placements[move.was]
      guard old.datagrams > 1 else { return nil }
      let rhythm = old.to.since(old.from).nanoseconds / Int64(max(1, old.datagrams - 1))
      // Divided, not multiplied: time stamps are claims, and three times a long one is more than fits.
      guard move.quiet.nanoseconds / 3 > rhythm else { return nil }
      shortest = min(shortest ?? move.quiet, move.quiet)
      count += 1
    }
    guard let shortest, shortest >= .seconds(1) else { return nil }
    var longestStay = Interval(nanoseconds: 0)
    // Of a session that is seen in part nobody knows whether it stayed.
    for index in members[key.service] ?? [] where !isSeenInPart(index) {
      for place in sessions[index].placements
      where Int(placements[place].ingressNode) == key.node && placements[place].datagrams > 1 {
        let placement = placements[place]
        let rhythm = placement.to.since(placement.from).nanoseconds / Int64(placement.datagrams - 1)
        longestStay = max(longestStay, placement.longestQuiet, Interval(nanoseconds: rhythm))
      }
    }
    return longestStay < shortest
      ? IdleThreshold(moved: shortest, stayed: longestStay, moves: count) : nil
  }

  /// The client that holds, behind the same rewritten address and at the same backend, the port that this one has.
  func portRival(of place: Int) -> Endpoint? {
    let placement = placements[place]
    let client = sessions[Int(placement.session)].client
    guard placement.seenSource.port != client.port else { return nil }
    let wanted = Endpoint(placement.seenSource.address, client.port)
    return holders[SeenAt(backend: placement.backend, source: wanted)].flatMap { holder in
      let rival = sessions[Int(placements[holder].session)].client
      return rival != client && rival.port == client.port ? rival : nil
    }
  }

  /// How many client addresses a node sent to a backend.
  func clients(of backend: Endpoint, at node: Int) -> Int {
    clientCounts[NodeBackend(node: node, backend: backend)]?.count ?? 0
  }

  func startedInCapture(_ session: Int) -> Bool {
    guard let began = nodes.compactMap(\.coverage.from).min() else { return false }
    return sessions[session].first.since(began) > .milliseconds(500)
  }

  /// What differs between a session's last placement and another's first.
  func changes(from old: Int, to new: Int) -> [String] {
    guard let was = sessions[old].placements.last, let now = sessions[new].placements.first else {
      return []
    }
    var changed: [String] = []
    if placements[was].backend != placements[now].backend { changed.append("backend") }
    if placements[was].seenSource != placements[now].seenSource { changed.append("seen_source") }
    return changed
  }

  /// A client that went on under another address, by the connection id inside its datagrams.
  var rebinds: [(old: Int, new: Int)] {
    guard !stitched.ledger.connections.isEmpty else { return [] }
    var byMark: [UInt64: Set<Int>] = [:]
    var sessionOf: [FlowID: Int] = [:]
    for (index, session) in sessions.enumerated() { sessionOf[session.flow] = index }
    for (_, connection) in stitched.ledger.connections {
      guard let (flow, isReversed) = stitched.ledger.book.find(connection.leg), !isReversed,
        let session = sessionOf[flow]
      else { continue }
      byMark[connection.mark.bits, default: []].insert(session)
    }
    var rebinds: [(old: Int, new: Int)] = []
    for group in byMark.values where group.count > 1 && group.count <= 4 {
      let ordered = group.sorted { sessions[$0].first < sessions[$1].first }
      for (old, new) in zip(ordered, ordered.dropFirst())
      where sessions[old].front == sessions[new].front
        && sessions[old].last.since(sessions[new].first) < .milliseconds(100)
      {
        rebinds.append((old, new))
      }
    }
    return rebinds.sorted { $0.new < $1.new }
  }

  /// Placements of several sessions that reached a backend as one flow at the same time.
  var sharedTerminals: [(FlowID, [Int])] {
    guard stitched.survey.hasShared else { return [] }
    var byTerminal: [FlowID: [Int]] = [:]
    for (place, placement) in placements.enumerated()
    where placement.datagrams > 0 && stitched.isShared(placement.terminal)
      && placement.terminal != sessions[Int(placement.session)].flow
    {
      byTerminal[placement.terminal, default: []].append(place)
    }
    return byTerminal.filter { _, places in
      Set(places.map { placements[$0].session }).count > 1
        && zip(places, places.dropFirst()).contains { left, right in
          placements[left].session != placements[right].session
            && placements[left].from <= placements[right].to
            && placements[right].from <= placements[left].to
        }
    }
    .sorted { $0.key < $1.key }
    .map { ($0.key, $0.value.sorted { placements[$0].from < placements[$1].from }) }
  }
}

/// A seen source at a backend.
struct SeenAt: Hashable, Sendable {
  var backend: Endpoint
  var source: Endpoint
}

struct NodeBackend: Hashable, Sendable {
  var node: Int
  var backend: Endpoint
}
