internal import Cluster
internal import Correlation
internal import Wire

/// All that modes may ask: what was stitched, what the cluster was like, what the user told, and the moves among it.
struct Evidence: Sendable {
  let stitched: Stitcher
  let facts: AnalysisFacts
  let settings: ClusterAnalyst.Settings
  private(set) var moves: [Move] = []
  private(set) var splits: [ClientSplit] = []
  private(set) var losses: [Loss] = []
  /// The sessions by service, and those that stand out.
  let roster: Roster
  /// The last answer that each backend gave to anyone.
  private var lastAnswers: [Endpoint: Timestamp] = [:]
  /// Which placement's client a backend saw as a source, and which clients a node sent to a backend.
  let holders: [SeenAt: Int]
  private(set) var clientCounts: [NodeBackend: Set<IPAddress>] = [:]
  private(set) var strayAnswers: [StrayAnswer] = []
  private(set) var index = EvidenceIndex()
  /// The sessions that came in at each node.
  private var nodeNeighbourhoods: [Int: Neighbourhood] = [:]
  /// What was placed of each front at each node.
  private var frontNeighbourhoods: [FrontAt: Neighbourhood] = [:]
  /// What moves of one kind have in common, worked out once for each kind.
  private(set) var thresholds: [IdleKey: IdleThreshold?] = [:]
  private(set) var wholeFronts: [FrontPath: Bool] = [:]
  /// The client addresses with many sessions of one service.
  private(set) var crowds: [Crowd] = []
  /// What the nodes' kernels said.
  let readings: FactReadings
  /// How many sessions each node sent to a backend first; counted where anything moved.
  private(set) var sessionCounts: [Int: Int] = [:]

  init(_ stitched: Stitcher, settings: ClusterAnalyst.Settings) {
    self.stitched = stitched
    self.settings = settings
    facts = settings.facts
    readings = FactReadings(stitched)
    (roster, holders) = settings.crew.both {
      Roster(stitched)
    } _: {
      Self.holders(stitched)
    }
    moves = MoveFinder(self).moves
    splits = SplitFinder(self).splits
    if !moves.isEmpty || !splits.isEmpty { noteBackends() }
    index.add(stitched)
    index.add(moves, of: placements)
    // The first of its kind stands for all: at a later one's time, the clients before it have moved already.
    for move in moves.sorted(by: { $0.at < $1.at }) { noteKind(of: move) }
    losses = LossFinder(self).losses
    index.add(losses)
    if losses.contains(where: { $0.placement == nil }) { noteNeighbours() }
    strayAnswers = findStrayAnswers()
    crowds = findCrowds()
  }

  private mutating func noteKind(of move: Move) {
    if move.changedIngress {
      let path = FrontPath(
        front: sessions[move.session].front,
        oldNode: move.oldNode,
        newNode: move.newNode
      )
      if wholeFronts[path] == nil { wholeFronts[path] = isWholeFront(move) }
    } else {
      let key = IdleKey(service: services[move.session], node: move.newNode)
      if thresholds[key] == nil { thresholds[key] = .some(findIdleThreshold(key)) }
    }
  }

  private mutating func noteNeighbours() {
    var fronts: [Endpoint: Int32] = [:]
    for (index, session) in sessions.enumerated() {
      let front = fronts[session.front] ?? Int32(fronts.count)
      fronts[session.front] = front
      if session.placements.isEmpty {
        guard startedInCapture(index), let run = stitched.ledger.runs(of: session.flow).first else {
          continue
        }
        let node = Int(stitched.ledger.runs[Int(run)].node)
        nodeNeighbourhoods[node, default: Neighbourhood()].add(
          Neighbourhood.Start(at: session.first, front: front, isPlaced: false)
        )
        continue
      }
      var seen: Set<Int> = []
      for place in session.placements {
        let placement = placements[place]
        let node = Int(placement.ingressNode)
        let frontThere = FrontAt(front: session.front, node: node)
        frontNeighbourhoods[frontThere, default: Neighbourhood()].add(
          from: placement.from,
          to: placement.to
        )
        nodeNeighbourhoods[node, default: Neighbourhood()].add(
          from: placement.from,
          to: placement.to
        )
        guard seen.insert(node).inserted, startedInCapture(index) else { continue }
        nodeNeighbourhoods[node, default: Neighbourhood()].add(
          Neighbourhood.Start(at: session.first, front: front, isPlaced: true)
        )
      }
    }
    for node in nodeNeighbourhoods.keys { nodeNeighbourhoods[node]?.sort() }
    for front in frontNeighbourhoods.keys { frontNeighbourhoods[front]?.sort() }
  }

  /// Other sessions to the same front that the same node translated, and how many of them began after this one.
  func placedNeighbours(of loss: Loss) -> (count: Int, laterStarts: Int) {
    let session = sessions[loss.session]
    let place = FrontAt(front: session.front, node: loss.node)
    let (alive, later) = frontNeighbourhoods[place]?.placed(after: session.first) ?? (0, 0)
    return (alive, later)
  }

  /// The sessions that began at a node around a lost one and were never translated.
  func failedStarts(around loss: Loss) -> FailedRow? {
    nodeNeighbourhoods[loss.node]?.row(around: sessions[loss.session].first)
  }

  /// The clients whose port a backend saw, by what it saw.
  private static func holders(_ stitched: Stitcher) -> [SeenAt: Int] {
    var holders: [SeenAt: Int] = [:]
    // Where every port is rewritten, or none is, nobody can be another's rival.
    guard
      stitched.placements.contains(where: { placement in
        placement.seenSource.port != stitched.sessions[Int(placement.session)].client.port
      })
    else { return holders }
    for (place, placement) in stitched.placements.enumerated()
    where placement.seenSource.port == stitched.sessions[Int(placement.session)].client.port {
      holders[SeenAt(backend: placement.backend, source: placement.seenSource)] = place
    }
    return holders
  }

  /// Takes note of what backends answered and of whom they served: only changes are explained by it.
  private mutating func noteBackends() {
    for session in sessions {
      guard let first = session.placements.first else { continue }
      sessionCounts[Int(placements[first].ingressNode), default: 0] += 1
    }
    for placement in stitched.placements {
      if let reply = placement.lastReply {
        lastAnswers[placement.backend] = max(lastAnswers[placement.backend] ?? reply, reply)
      }
      guard !splits.isEmpty else { continue }
      clientCounts[
        NodeBackend(node: Int(placement.ingressNode), backend: placement.backend),
        default: []
      ].insert(stitched.sessions[Int(placement.session)].client.address)
    }
  }

  var inventory: ClusterHistory? { stitched.inventory }
  var sessions: [SessionRecord] { stitched.sessions }
  var placements: [PlacementRecord] { stitched.placements }
  var nodes: [ObservedNode] { stitched.nodes }
  var services: [ServiceKey] { roster.services }
  var ports: [ServicePortID?] { roster.ports }
  var members: [ServiceKey: [Int]] { roster.members }

  func service(of session: Int, at time: Timestamp) -> Service? {
    guard case .known(let id) = services[session] else { return nil }
    return inventory?.service(id, at: time)
  }

  /// The service as all nodes knew it when a session began; nil also while they were learning of a change.
  func settledService(of session: Int) -> Service? {
    let first = sessions[session].first
    guard let now = service(of: session, at: first),
      let before = service(of: session, at: first - Self.spread)
    else { return service(of: session, at: first) }
    return now.externalTrafficPolicy == before.externalTrafficPolicy
      && now.internalTrafficPolicy == before.internalTrafficPolicy
      && now.affinity == before.affinity
      ? now : nil
  }

  func name(of service: ServiceKey) -> String {
    switch service {
    case .known(let id): inventory?.name(of: id).description ?? "unknown"
    case .front(let front): front.description
    }
  }

  func pod(_ endpoint: Endpoint, at time: Timestamp) -> String {
    if let inventory, let pod = inventory.pod(at: endpoint, over: .udp, time: time) {
      return inventory.pod(pod).name.description
    }
    return endpoint.description
  }

  /// Whether the backend answered anyone after this time: then it was there.
  func served(_ backend: Endpoint, after time: Timestamp) -> Bool {
    lastAnswers[backend].map { $0 > time } ?? false
  }

  // MARK: Endpoints over time

  /// How sure it is that something had happened by a time.
  enum Certainty: Sendable {
    case no
    case possible
    case certain
  }

  /// How much later than the first node the last one learns that a pod left; what it still sends, the pod answers.
  static let spread = Interval.seconds(2)

  /// Whether the backend left the service's endpoints before `time` (or was told to go); nil without an inventory.
  ///
  /// One that had come back counts as one that stayed, if it had done so before it was last known to serve, at `since`.
  func departure(
    of backend: Endpoint,
    from session: Int,
    since: Timestamp? = nil,
    by time: Timestamp
  ) -> (certainty: Certainty, bounds: String)? {
    guard let inventory, let port = ports[session], inventory.kinds.contains(.endpoints) else {
      return nil
    }
    var answer = (certainty: Certainty.no, bounds: "")
    var gone: EndpointChange?
    for change in inventory.changes(ofEndpointsOf: port) where change.record.endpoint == backend {
      switch change.kind {
      case .left, .becameTerminating:
        if let after = change.after, after > time { continue }
        if let before = change.before, before <= time {
          if answer.certainty != .certain { answer = (.certain, "before \(before)") }
        } else if answer.certainty == .no {
          answer = (.possible, change.before.map { "by \($0)" } ?? "during the capture")
        }
        gone = change
      case .joined:
        guard let left = gone, let departed = left.before, let back = change.before, back <= time
        else { continue }
        // What went on long after it is not explained by it; else another pod at its address is not its return.
        let isReturn =
          left.record.pod == change.record.pod && left.record.podUID == change.record.podUID
        guard since.map({ departed + Self.spread < $0 }) ?? isReturn else { continue }
        (answer, gone) = ((.no, ""), nil)
      default: break
      }
    }
    return answer
  }

  /// Whether the pod at an address was the same one at two times.
  func wasSamePod(_ backend: Endpoint, of session: Int, from: Timestamp, to: Timestamp) -> Bool {
    guard let inventory, let port = ports[session] else { return true }
    let records = [from - Self.spread, to].map {
      inventory.membership(of: backend, in: port, time: $0).record
    }
    guard let was = records[0], let now = records[1] else { return true }
    return was.pod == now.pod && was.podUID == now.podUID
  }

  /// When a placement's backend was last known to be reached: what came to the front later may have gone no further.
  func lastReached(_ place: Int) -> Timestamp {
    let placement = placements[place]
    let runs = stitched.ledger.runs(of: placement.terminal)
    let reached = runs.lazy.filter { stitched.ledger.runs[Int($0)].forward.datagrams > 0 }.map {
      stitched.corrected(stitched.ledger.runs[Int($0)].forward.last, $0)
    }.max()
    return min(placement.to, max(reached ?? placement.to, placement.lastReply ?? placement.from))
  }

  /// When a session's datagrams may have gone no further than to where they came in: before, between and behind its
  /// placements.
  ///
  /// One of its usual pauses is no gap, unless there are no longer ones.
  private func gaps(of session: Int) -> [ClosedRange<Timestamp>] {
    let record = sessions[session]
    var gaps: [ClosedRange<Timestamp>] = []
    var reached = record.first
    for place in record.placements {
      for stretch in stretches(of: place) {
        if stretch.lowerBound > reached { gaps.append(reached...stretch.lowerBound) }
        reached = max(reached, stretch.upperBound)
      }
      reached = max(reached, lastReached(place))
    }
    if record.last > reached { gaps.append(reached...record.last) }
    let pause = usualPause(of: session)
    let long = gaps.filter { $0.upperBound.since($0.lowerBound).nanoseconds / 3 > pause / 2 }
    return long.isEmpty ? gaps : long
  }

  /// From when to when a placement's backend was reached without a long pause, in order.
  private func stretches(of place: Int) -> [ClosedRange<Timestamp>] {
    let placement = placements[place]
    var stretches = [placement.from...placement.from]
    for index in stitched.ledger.runs(of: placement.terminal) {
      let run = stitched.ledger.runs[Int(index)]
      guard run.node == placement.backendNode, run.forward.datagrams > 0 else { continue }
      let first = stitched.corrected(run.first, index)
      let last = min(placement.to, stitched.corrected(run.forward.last, index))
      if first >= placement.from, first <= last { stretches.append(first...last) }
    }
    return stretches.sorted { $0.lowerBound < $1.lowerBound }
  }

  private func usualPause(of session: Int) -> Int64 {
    let record = sessions[session]
    return record.last.since(record.first).nanoseconds / Int64(max(1, record.datagrams - 1))
  }

  /// Whether no endpoint was ready (at a node, if that is asked for) while a session's datagrams were lost where they came
  /// in.
  ///
  /// The proxies need a moment to learn of it, at its beginning and its end.
  func wasEmpty(_ session: Int, at node: String? = nil) -> Certainty {
    guard let inventory, let port = ports[session] else { return .no }
    let times = inventory.emptyTimes(of: port, at: node)
    guard !times.isEmpty else { return .no }
    // A placed session's gap begins with what was served last, and ends with what was served first.
    let slack =
      sessions[session].placements.isEmpty
      ? Self.spread : Self.spread + Interval(nanoseconds: usualPause(of: session) / 2 &* 3)
    func lies(_ gap: ClosedRange<Timestamp>, _ from: Timestamp?, _ to: Timestamp?) -> Bool {
      from.map { gap.lowerBound.since($0) > Interval(nanoseconds: 0 &- slack.nanoseconds) } ?? true
        && to.map { $0.since(gap.upperBound) > Interval(nanoseconds: 0 &- slack.nanoseconds) }
          ?? true
    }
    let gaps = gaps(of: session)
    // By the first and the last that a snapshot may say; the nodes follow the cluster, not the snapshots.
    guard gaps.allSatisfy({ gap in times.contains { lies(gap, $0.after, $0.before) } }) else {
      return .no
    }
    let isSure = gaps.allSatisfy { gap in times.contains { lies(gap, $0.from, $0.before) } }
    return isSure ? .certain : .possible
  }

  /// The changes of a service's endpoints that may have happened in an interval, other than to `backend` itself.
  func endpointChanges(
    of port: ServicePortID,
    from: Timestamp,
    to: Timestamp,
    besides backend: Endpoint? = nil
  ) -> [EndpointChange] {
    guard let inventory else { return [] }
    return inventory.changes(ofEndpointsOf: port).filter { change in
      change.record.endpoint != backend && (change.after.map { $0 <= to } ?? true)
        && (change.before.map { $0 >= from } ?? true)
    }
  }

  /// Another UDP service whose endpoints changed in an interval, and whether that is sure: where times are not known,
  /// the change may have been at any other moment.
  func foreignChange(than port: ServicePortID, from: Timestamp, to: Timestamp)
    -> (service: String, isCertain: Bool)?
  {
    guard let inventory else { return nil }
    var possible: String?
    for index in inventory.servicePorts.indices {
      let other = ServicePortID(index: Int32(truncatingIfNeeded: index))
      guard other != port, inventory.servicePort(other).port.transport == .udp,
        inventory.servicePort(other).service != inventory.servicePort(port).service
      else { continue }
      for change in inventory.changes(ofEndpointsOf: other) {
        if let after = change.after, after > to { continue }
        if let before = change.before, before < from { continue }
        let name = inventory.name(of: inventory.servicePort(other).service).description
        if change.after != nil, change.before != nil { return (name, true) }
        possible = possible ?? name
      }
    }
    return possible.map { ($0, false) }
  }

  // MARK: Words

  func nodeName(_ node: Int) -> String { nodes[node].name }

  /// Whether a backend's address became another pod's while it was used.
  func isInherited(_ placement: PlacementRecord) -> Bool {
    guard let inventory,
      let first = inventory.pod(at: placement.backend, over: .udp, time: placement.from),
      let last = inventory.pod(at: placement.backend, over: .udp, time: placement.to)
    else { return false }
    return first != last
  }

  /// Whether a good part of a session's datagrams went where no capture shows it, which is not to be lost.
  func isSeenInPart(_ session: Int) -> Bool {
    let session = sessions[session]
    let placed = session.placements.reduce(0) { $0 + placements[$1].datagrams }
    let unseen = session.datagrams - placed - session.lost - session.ambiguous
    return unseen >= 3 && 4 * unseen > session.datagrams
  }

  /// The frames that show a move: the last one of the old way and the first of the new.
  func witnesses(of move: Move) -> [(witness: Witness, role: String)] {
    let old = stitched.ledger.runs[Int(placements[move.was].lastRun)]
    let new = stitched.ledger.runs[Int(placements[move.now].firstRun)]
    return [
      (
        old.forward.lastWitness,
        "last datagram to \(pod(placements[move.was].backend, at: move.at))"
      ),
      (new.firstWitness, "first datagram to \(pod(placements[move.now].backend, at: move.at))"),
    ]
  }
}

extension Interval {
  /// Seconds with up to three digits behind the point, for people.
  var text: String {
    let milliseconds = nanoseconds / 1_000_000
    if milliseconds < 1_000 { return "\(milliseconds) ms" }
    let (whole, rest) = milliseconds.quotientAndRemainder(dividingBy: 1_000)
    guard rest > 0 else { return "\(whole) s" }
    var digits = String(rest + 1_000).dropFirst()
    while digits.last == "0" { digits = digits.dropLast() }
    return "\(whole).\(digits) s"
  }
}

/// A front at a node.
struct FrontAt: Hashable, Sendable {
  var front: Endpoint
  var node: Int
}

/// A front's way from one node to another.
struct FrontPath: Hashable, Sendable {
  var front: Endpoint
  var oldNode: Int
  var newNode: Int
}

/// Sessions whose pauses can be compared.
struct IdleKey: Hashable, Sendable {
  var service: ServiceKey
  var node: Int
}

/// Between which pauses sessions began to move: a timeout's mark, if they are more than one or two.
struct IdleThreshold: Sendable {
  /// The shortest pause after which a session moved.
  var moved: Interval
  /// The longest after which one stayed.
  var stayed: Interval
  var moves: Int
}
