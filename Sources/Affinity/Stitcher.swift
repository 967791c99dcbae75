internal import Cluster
internal import Correlation
internal import Memory
internal import Wire

/// Joins the flows of all nodes into sessions: which pod served which client, and what it saw.
///
/// A front is the leg that is never the result of a translation; a backend is the one that is never the origin of one.
struct Stitcher {
  let ledger: Ledger
  let clock: ClockOffsets
  let inventory: ClusterHistory?
  let nodes: [ObservedNode]
  /// Which fronts and backends the analysis is asked about; nil for all.
  let scope: ServiceScope

  /// In the order in which they began.
  private(set) var sessions: [SessionRecord] = []
  /// In order of their sessions, then of time.
  var placements: [PlacementRecord] = []
  /// Legs that reach a backend from an address that only rewrites others': their clients came in unseen.
  var untraced: [FlowID] = []
  /// How many datagrams the inventory alone placed.
  var matchedByInventory = 0
  /// How many translated flows go to each address that the inventory knows as no front; a few addresses at most.
  var unknownFronts: [Endpoint: Int] = [:]
  /// What pods said to it, once they were heard.
  var testimony = Testimony()

  let survey: Survey
  /// What is being stitched.
  private var part = StitchedPart()
  /// At each node, of a flow's fragmented datagrams how many were whole and how many were not.
  private var brokenAt: [FlowID: [(node: Int, whole: Int, broken: Int)]] = [:]

  init(
    _ ledger: Ledger,
    _ survey: Survey,
    clock: ClockOffsets,
    inventory: ClusterHistory?,
    nodes: [ObservedNode],
    scope: ServiceScope,
    crew: any Crew
  ) {
    self.ledger = ledger
    self.survey = survey
    self.clock = clock
    self.inventory = inventory
    self.nodes = nodes
    self.scope = scope
    for (node, tally) in ledger.fragments where tally.partial > 0 {
      guard let (flow, isReversed) = ledger.book.find(tally.leg), !isReversed else { continue }
      brokenAt[flow, default: []].append((node, Int(tally.complete), Int(tally.partial)))
    }
    stitch(by: crew)
  }

  func next(_ run: NodeRun) -> FlowID { survey.next(run) }

  func isShared(_ flow: FlowID) -> Bool { survey.isShared(flow) }

  // MARK: Sessions

  /// Stitches stretches of flows side by side: no session depends on another.
  ///
  /// Only what the matcher could not decide is shared among sessions, in their order.
  private mutating func stitch(by crew: any Crew) {
    let whole = self
    let count = ledger.book.count
    let pieces = crew.size
    var parts = crew.map(pieces) { piece in
      var copy = whole
      let flows = piece * count / pieces..<(piece + 1) * count / pieces
      // The first part may become the whole; what it does not use of its room is address space, not memory.
      copy.part.reserve(copy.survey.beginnings(among: piece == 0 ? 0..<count : flows))
      copy.stitch(flows: flows)
      return copy.part
    }
    settle(&parts)
    placeByInventory(&parts)
    untraced = parts.flatMap(\.untraced)
    for part in parts { for front in part.unknownFronts { countUnknown(front) } }
    (sessions, placements) = sorted(&parts, by: crew)
  }

  private mutating func stitch(flows: Range<Int>) {
    for index in flows {
      let flow = FlowID(index: Int32(truncatingIfNeeded: index))
      guard survey.isBeginning(flow), !ledger.runs(of: flow).isEmpty else { continue }
      stitch(flow)
    }
  }

  private mutating func stitch(_ flow: FlowID) {
    let runs = ledger.runs(of: flow)
    let tuple = ledger.book[flow]
    guard let firstRun = runs.first else { return }
    let start = corrected(ledger.runs[Int(firstRun)].first, firstRun)
    let isTranslated = runs.contains { !next(ledger.runs[Int($0)]).isNone }
    guard isInScope(tuple, at: start, runs) else {
      if isTranslated { noteUnknownFront(tuple.destination, at: start) }
      return
    }
    var session = SessionRecord(
      flow: flow,
      client: tuple.source,
      front: tuple.destination,
      first: start
    )
    let firstPlacement = part.placements.count
    if isTranslated {
      placeTranslated(runs, &session)
    } else {
      guard placeDirect(runs, tuple, start, &session) else { return }
    }
    session.placements = firstPlacement..<part.placements.count
    part.append(session)
  }

  /// Places a session whose datagrams a node translated, run by run.
  private mutating func placeTranslated(_ runs: Range<Int32>, _ session: inout SessionRecord) {
    let first = part.placements.count
    var worst: (node: Int16, missing: Int, last: Timestamp)?
    let bystanders = bystanders(of: runs)
    let hasForward = runs.contains { ledger.runs[Int($0)].forward.datagrams > 0 }
    var answering: [Int16] = []
    for index in runs {
      let run = ledger.runs[Int(index)]
      // Datagrams that only passed through a node as they are, or passed by it, are counted where they were translated.
      if next(run).isNone, !isTranslatedBack(run),
        isTransit(run) || !run.traits.contains(.addressedHere) || hasOnlyLeft(run)
      {
        continue
      }
      if bystanders.contains(run.node) { continue }
      note(run, index, &session)
      let missing =
        Int(run.forward.datagrams) - Int(min(run.forward.matched, run.forward.datagrams))
      if missing > worst?.missing ?? 0 { worst = (run.node, missing, run.forward.last) }
      // Answers alone place a session only where its own datagrams were never seen.
      if run.forward.datagrams == 0, hasForward {
        if !answering.contains(run.node) { answering.append(run.node) }
        continue
      }
      guard let terminal = terminal(of: run, index) else { continue }
      place(run, index, terminal, datagrams: Int(run.forward.matched), &session)
    }
    for node in answering { noteAnswers(from: node, since: first) }
    var between = 0
    for place in first..<part.placements.count {
      between += countDelivered(place, session, from: first)
    }
    let placed = part.placements[first...].reduce(0) { $0 + $1.datagrams }
    // What reached a pod was at the front, even where the capture there has a gap.
    session.datagrams = max(session.datagrams, placed)
    if session.datagrams > placed {
      let node = worst?.node ?? part.placements.last?.ingressNode ?? 0
      noteLoss(at: node, placed: placed, between: between, worst?.last, runs, session)
    }
  }

  /// Whether a node sent a run's datagrams and took none in: those of its own client on their way to another node.
  private func hasOnlyLeft(_ run: NodeRun) -> Bool {
    run.traits.contains(.forwardOutgoing) && !run.traits.contains(.forwardIncoming)
  }

  /// Counts answers that left from the backend's own node and not from the one where the questions came in.
  ///
  /// That node's run of the session may hold answers of several pods one after the other; the pods' own legs do not.
  private mutating func noteAnswers(from node: Int16, since first: Int) {
    for place in part.placements[first...].indices
    where part.placements[place].backendNode == node && part.placements[place].ingressNode != node {
      for index in ledger.runs(of: part.placements[place].terminal)
      where ledger.runs[Int(index)].node == node && ledger.runs[Int(index)].reverse.datagrams > 0 {
        let last = corrected(ledger.runs[Int(index)].reverse.last, index)
        part.placements[place].replies += Int(ledger.runs[Int(index)].reverse.datagrams)
        part.placements[place].lastReply = max(part.placements[place].lastReply ?? last, last)
      }
    }
  }

  /// Counts a placement's datagrams at the last vantage of their way, and answers how many were lost between nodes.
  ///
  /// Where several sessions lead to one flow, or one session leads there twice, the flow's own counts do not tell whose
  /// they are: what was matched stands.
  private mutating func countDelivered(_ place: Int, _ session: SessionRecord, from first: Int)
    -> Int
  {
    let placement = part.placements[place]
    guard !isShared(placement.terminal),
      part.placements[first...].count(where: { $0.terminal == placement.terminal }) == 1
    else { return 0 }
    part.placements[place].sent = placement.datagrams
    let (count, between) = delivered(
      matched: placement.datagrams,
      at: placement.ingressNode,
      to: placement.terminal
    )
    part.placements[place].datagrams = count
    return between
  }

  /// Places a session that no NAT touched; answers whether it is one.
  private mutating func placeDirect(
    _ runs: Range<Int32>,
    _ tuple: FiveTuple,
    _ start: Timestamp,
    _ session: inout SessionRecord
  ) -> Bool {
    if isFront(tuple.destination, at: start) {
      // Nothing of it was seen to be translated: lost, or served where no vantage shows it.
      for index in runs
      where ledger.runs[Int(index)].traits.contains(.addressedHere) || runs.count == 1 {
        note(ledger.runs[Int(index)], index, &session)
      }
      let node = runs.first.map { ledger.runs[Int($0)].node } ?? 0
      noteLoss(at: node, placed: 0, between: 0, nil, runs, session)
      return true
    }
    // Answers alone, without a question, are no session; where they belong is another leg's story.
    guard runs.contains(where: { ledger.runs[Int($0)].forward.datagrams > 0 }) else { return false }
    if isUntraced(tuple, at: start, runs) {
      part.untraced.append(session.flow)
      return false
    }
    guard isDelivered(runs, tuple, at: start) else {
      for index in runs {
        note(ledger.runs[Int(index)], index, &session)
      }
      let node = runs.first.map { ledger.runs[Int($0)].node } ?? 0
      noteLoss(at: node, placed: 0, between: 0, nil, runs, session)
      return true
    }
    session.isDirect = true
    // The first node on the way counts the session's datagrams, the last one the placement's.
    guard let entry = entry(of: runs) else { return false }
    let run = ledger.runs[Int(entry)]
    for index in runs where ledger.runs[Int(index)].node == run.node {
      note(ledger.runs[Int(index)], index, &session)
    }
    guard isCertain(tuple, runs) else {
      session.ambiguous += session.datagrams
      return true
    }
    let (delivered, between) = delivered(matched: 0, at: run.node, to: session.flow)
    for index in runs where ledger.runs[Int(index)].node == run.node {
      place(ledger.runs[Int(index)], index, session.flow, datagrams: 0, &session)
    }
    part.placements[part.placements.count - 1].datagrams = delivered
    noteLoss(
      at: run.node,
      placed: delivered,
      between: between,
      run.forward.last,
      runs,
      session
    )
    return true
  }

  private mutating func note(_ run: NodeRun, _ index: Int32, _ session: inout SessionRecord) {
    session.datagrams += Int(run.forward.datagrams)
    session.replies += Int(run.reverse.datagrams)
    session.last = max(session.last, corrected(run.end, index))
  }

  // MARK: Placements

  private mutating func place(
    _ run: NodeRun,
    _ index: Int32,
    _ terminal: FlowID,
    datagrams: Int,
    _ session: inout SessionRecord
  ) {
    let tuple = ledger.book[terminal]
    let from = corrected(run.first, index)
    let last = run.forward.datagrams > 0 ? run.forward.last : run.reverse.last
    let to = max(from, corrected(last, index))
    let reply = run.reverse.datagrams > 0 ? corrected(run.reverse.last, index) : nil
    let number = Int32(truncatingIfNeeded: part.sessions.count)
    if let previous = part.placements.last, previous.session == number,
      previous.backend == tuple.destination, previous.seenSource == tuple.source
    {
      let place = part.placements.count - 1
      let quiet = from.since(max(previous.to, previous.lastReply ?? previous.to))
      part.placements[place].longestQuiet = max(previous.longestQuiet, quiet)
      part.placements[place].to = max(previous.to, to)
      part.placements[place].lastReply = reply ?? previous.lastReply
      part.placements[place].datagrams += datagrams
      part.placements[place].replies += Int(run.reverse.datagrams)
      part.placements[place].confidence = min(previous.confidence, confidence(run, terminal))
      part.placements[place].lastRun = index
      part.placements[place].stretches += 1
      return
    }
    part.placements.append(
      PlacementRecord(
        session: number,
        terminal: terminal,
        tuple: tuple,
        ingressNode: run.node,
        backendNode: backendNode(of: terminal, from: run),
        from: from,
        to: to,
        lastReply: reply,
        datagrams: datagrams,
        replies: Int(run.reverse.datagrams),
        confidence: confidence(run, terminal),
        firstRun: index,
        lastRun: index
      )
    )
  }

  /// The last flow of the chain that a run's datagrams went into, over this and other nodes.
  private func terminal(of run: NodeRun, _ index: Int32) -> FlowID? {
    var flow = next(run)
    guard !flow.isNone else { return nil }
    // The flows that come after the first one: mostly none.
    var visited: [FlowID] = []
    let first = flow
    let from = corrected(run.first, index)
    let to = corrected(run.end, index)
    while visited.count < 4 {
      // Another translation of the same datagrams, later on their way: it overlaps in time.
      let following = ledger.runs(of: flow).first { candidate in
        let other = ledger.runs[Int(candidate)]
        guard !next(other).isNone else { return false }
        // Others' datagrams may have been halfway there on the leg as which these left the node.
        if other.node == run.node, run.traits.contains(.leftAsResult) { return false }
        let slack = Interval.seconds(2)
        return corrected(other.first, candidate) <= to + slack
          && from <= corrected(other.end, candidate) + slack
      }
      guard let following else { return flow }
      let further = next(ledger.runs[Int(following)])
      guard further != run.flow, further != first, !visited.contains(further) else {
        return flow
      }
      visited.append(further)
      flow = further
    }
    return flow
  }

  /// How many datagrams reached the last vantage of their way, and how many were lost between nodes.
  private func delivered(
    matched: Int,
    at ingress: Int16,
    to terminal: FlowID
  ) -> (count: Int, between: Int) {
    var here = 0
    var answered = 0
    var last: NodeRun?
    var arrived = 0
    for index in ledger.runs(of: terminal) {
      let seen = ledger.runs[Int(index)]
      // Others' that were halfway there go on as something else.
      if seen.node == ingress, next(seen).isNone { here += Int(seen.forward.datagrams) }
      guard seen.forward.datagrams > 0 else { continue }
      if let known = last, seen.node == known.node {
        arrived += reached(seen)
        if seen.isFurther(than: known) { last = seen }
      } else if last.map({ seen.isFurther(than: $0) }) ?? true {
        last = seen
        arrived = reached(seen)
      }
    }
    let node = last?.node ?? ingress
    for index in ledger.runs(of: terminal) where ledger.runs[Int(index)].node == node {
      answered += Int(ledger.runs[Int(index)].reverse.datagrams)
    }
    let left = max(here, matched)
    guard node != ingress else {
      return (max(whole(left, of: terminal, at: ingress), min(answered, left)), 0)
    }
    // What was answered arrived, whether or not the last node's capture shows it.
    let count = max(whole(arrived, of: terminal, at: node), min(answered, left))
    return (count, max(0, left - count))
  }

  /// How many of a run's datagrams went on to the pod, as far as the node's capture shows that.
  private func reached(_ run: NodeRun) -> Int {
    let came = Int(run.forward.datagrams)
    guard survey.showsForwarding[Int(run.node)], run.traits.contains(.forwardIncoming) else {
      return came
    }
    return min(came, Int(run.forward.matched))
  }

  /// How many of the datagrams had all their fragments: a pod gets no other.
  private func whole(_ count: Int, of flow: FlowID, at node: Int16) -> Int {
    guard !brokenAt.isEmpty, let tallies = brokenAt[flow] else { return count }
    let here = tallies.filter { $0.node == Int(node) }
    let whole = here.reduce(0) { $0 + $1.whole }
    let broken = here.reduce(0) { $0 + $1.broken }
    // Several vantages of the node each count them; their shares are alike.
    return broken == 0 ? count : count * whole / (whole + broken)
  }

  private func backendNode(of terminal: FlowID, from run: NodeRun) -> Int16 {
    var last: NodeRun?
    for index in ledger.runs(of: terminal) {
      let seen = ledger.runs[Int(index)]
      guard seen.forward.datagrams > 0 else { continue }
      if last.map({ seen.isFurther(than: $0) }) ?? true { last = seen }
    }
    return last?.node ?? run.node
  }

  /// How sure a placement is: proven by the datagrams, by co-occurrence, by answers; the inventory adds to it.
  private func confidence(_ run: NodeRun, _ terminal: FlowID) -> Double {
    var doubt = run.traits.contains(.proven) || terminal == run.flow ? 0.02 : 0.1
    if run.forward.result.isNone, terminal != run.flow { doubt += 0.05 }
    if !run.forward.result.isNone, !run.reverse.origin.isNone {
      // Answers that came from elsewhere than the datagrams went contradict the match.
      doubt = run.reverse.origin == run.forward.result ? doubt / 4 : doubt + 0.2
    }
    if let inventory {
      let tuple = ledger.book[terminal]
      if !inventory.servicePorts(behind: tuple.destination, over: tuple.transport).isEmpty {
        doubt /= 2
      }
    }
    return 1 - doubt
  }

  // MARK: Loss

  /// Whether a flow's first datagrams had no twin; asked of the few flows that go on until the end of a capture.
  private func isMissingStart(of flow: FlowID) -> Bool {
    let leg = ledger.book[flow]
    return ledger.unmatched.contains { $0.1.isLeading && $0.1.leg == leg }
  }

  /// Counts what of a session's datagrams went nowhere, unless the capture itself is the likelier cause.
  private mutating func noteLoss(
    at node: Int16,
    placed: Int,
    between: Int,
    _ last: Timestamp?,
    _ runs: Range<Int32>,
    _ session: SessionRecord
  ) {
    let node = Int(node)
    var missing = max(0, session.datagrams - placed)
    // Answers prove that more was served than was seen on its way.
    missing = max(0, missing - max(0, session.replies - placed))
    guard missing > 0 else { return }
    if placed > 0 {
      // The capture's own loss, measured by datagrams that came out of this node's NAT without having gone in.
      let share = nodes[node].missedShare
      if share > 0 {
        let tolerated = Int((2 * share * Double(session.datagrams)).rounded(.up)) + 1
        if missing <= tolerated { return }
      }
      // The last datagram of the capture may have its twin behind the end; one that was lost at the start had its time.
      if missing == 1, let end = nodes[node].ended, let last, end.since(last) < .milliseconds(2),
        !isMissingStart(of: session.flow)
      {
        return
      }
    }
    // It may have been for a pod of this node.
    if nodes[node].isOfOneInterface { return }
    // A datagram that only left the node here has its next vantage elsewhere.
    let expectsTwin = runs.contains { index in
      let run = ledger.runs[Int(index)]
      return run.traits.contains(.forwardIncoming)
        || (!run.traits.contains(.forwardOutgoing)
          && survey.translatedFronts.contains(ledger.book[run.flow].destination))
    }
    guard expectsTwin else { return }
    part.shortages.append(
      StitchedPart.Shortage(
        session: Int32(truncatingIfNeeded: part.sessions.count),
        node: Int16(truncatingIfNeeded: node),
        missing: missing,
        between: between
      )
    )
  }

  /// Gives what each node's matcher could not decide to the sessions that are short of something; the rest is lost.
  private func settle(_ parts: inout [StitchedPart]) {
    var undecided = nodes.map(\.ambiguous)
    for part in parts.indices {
      for shortage in parts[part].shortages {
        let ambiguous = min(shortage.missing, undecided[Int(shortage.node)])
        undecided[Int(shortage.node)] -= ambiguous
        parts[part].sessions[Int(shortage.session)].lose(
          shortage.missing - ambiguous,
          between: shortage.between,
          ambiguous: ambiguous
        )
      }
    }
  }

  // MARK: What is a session

  /// Whether a run's datagrams only pass through its node as they are.
  func isTransit(_ run: NodeRun) -> Bool {
    run.hopLeast < run.hopMost
      || (run.traits.contains(.forwardOutgoing) && run.traits.contains(.forwardIncoming))
  }

  /// Whether a run holds nothing but answers that its node translated.
  private func isTranslatedBack(_ run: NodeRun) -> Bool {
    run.forward.datagrams == 0 && !run.reverse.origin.isNone
  }

  private func isFront(_ endpoint: Endpoint, at time: Timestamp) -> Bool {
    if survey.translatedFronts.contains(endpoint) { return true }
    guard let inventory else { return false }
    return inventory.front(at: endpoint, over: .udp, time: time) != nil
  }

  /// Whether a flow that no translation touched reached its destination's pod.
  private func isDelivered(_ runs: Range<Int32>, _ tuple: FiveTuple, at time: Timestamp)
    -> Bool
  {
    if let inventory,
      inventory.directFront(at: tuple.destination, over: tuple.transport, time: time) != nil
        || inventory.pod(at: tuple.destination.address, time: time) != nil
    {
      return true
    }
    return runs.contains { isTransit(ledger.runs[Int($0)]) }
  }

  /// Whether a lone leg to a backend comes from an address that stands for clients whose own leg was not seen.
  private func isUntraced(_ tuple: FiveTuple, at time: Timestamp, _ runs: Range<Int32>) -> Bool {
    if survey.rewritingAddresses.contains(tuple.source.address) { return true }
    if let inventory {
      let owner = inventory.owner(of: tuple.source.address, time: time)
      guard let owner, owner.role.isNodes else { return false }
      // A node's own client is seen at its node; a masquerading node that was not captured hides others' clients.
      return !isOwnClient(of: inventory.node(owner.node).name, runs)
    }
    return survey.translatedBackends.contains(tuple.destination)
      && !survey.clientAddresses.contains(tuple.source.address)
  }

  private func isInScope(_ tuple: FiveTuple, at time: Timestamp, _ runs: Range<Int32>) -> Bool {
    guard let inventory else { return scope.includes(front: tuple.destination, service: nil) }
    let front =
      inventory.front(at: tuple.destination, over: tuple.transport, time: time)
      ?? inventory.directFront(at: tuple.destination, over: tuple.transport, time: time)
    if let front {
      return scope.includes(front: tuple.destination, service: inventory.name(of: front.service))
    }
    // A front that the inventory does not know still counts where it leads to a service's endpoint.
    let port = runs.lazy.compactMap { index -> ServicePortID? in
      guard let terminal = terminal(of: ledger.runs[Int(index)], index) else { return nil }
      let tuple = ledger.book[terminal]
      return inventory.servicePorts(behind: tuple.destination, over: tuple.transport).first
    }.first
    let direct = inventory.servicePorts(behind: tuple.destination, over: tuple.transport).first
    guard let found = port ?? direct else { return false }
    return scope.includes(
      front: tuple.destination,
      service: inventory.name(of: inventory.servicePort(found).service)
    )
  }

  private mutating func noteUnknownFront(_ front: Endpoint, at time: Timestamp) {
    guard let inventory, scope.includesAll,
      inventory.front(at: front, over: .udp, time: time) == nil
    else { return }
    part.unknownFronts.append(front)
  }

  private mutating func countUnknown(_ front: Endpoint) {
    guard unknownFronts.count < 256 || unknownFronts[front] != nil else { return }
    unknownFronts[front, default: 0] += 1
  }

  /// The service port that a session belongs to, by its front or else by its backends.
  func servicePort(of session: SessionRecord) -> ServicePortID? {
    guard let inventory else { return nil }
    if let front = inventory.front(at: session.front, over: .udp, time: session.first)
      ?? inventory.directFront(at: session.front, over: .udp, time: session.first)
    {
      return front.port
    }
    for place in session.placements {
      let backend = placements[place].backend
      if let port = inventory.servicePorts(behind: backend, over: .udp).first {
        return port
      }
    }
    return inventory.servicePorts(behind: session.front, over: .udp).first
  }

  func corrected(_ time: Timestamp, _ run: Int32) -> Timestamp {
    clock.corrected(time, at: Int(ledger.runs[Int(run)].node))
  }
}
