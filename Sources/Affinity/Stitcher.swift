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

  var sessions: [SessionRecord] = []
  var placements: [PlacementRecord] = []
  /// Legs that reach a backend from an address that only rewrites others': their clients came in unseen.
  var untraced: [FlowID] = []
  /// How many datagrams the inventory alone placed.
  var matchedByInventory = 0
  /// How many translated flows go to each address that the inventory knows as no front; a few addresses at most.
  var unknownFronts: [Endpoint: Int] = [:]
  /// What pods said to it, once they were heard.
  var testimony = Testimony()

  /// Whether a flow's datagrams were made out of another's.
  private var isMade: [Bool]
  /// What each flow's datagrams became first, as far as they themselves tell.
  private var forwardResults: [FlowID]
  /// The flow that leads to each flow, or `several`.
  private var referrers: [FlowID]
  private static let several = FlowID(index: -2)
  private var hasPrevious: [Bool]
  private var isInner: [Bool]
  /// Source addresses that translations put in place of clients' own.
  private var rewritingAddresses = Gathering<IPAddress>()
  private var translatedBackends = Gathering<Endpoint>()
  private var translatedFronts = Gathering<Endpoint>()
  private(set) var clientAddresses = Gathering<IPAddress>()
  /// Whether a node's capture shows what it forwards both on its way in and on its way out.
  private var showsForwarding: [Bool]
  /// At each node, of a flow's fragmented datagrams how many were whole and how many were not.
  private var brokenAt: [FlowID: [(node: Int, whole: Int, broken: Int)]] = [:]
  /// What each node's matcher could not decide, still to be given to the sessions that it concerns.
  private var undecided: [Int]

  init(
    _ ledger: Ledger,
    clock: ClockOffsets,
    inventory: ClusterHistory?,
    nodes: [ObservedNode],
    scope: ServiceScope
  ) {
    self.ledger = ledger
    self.clock = clock
    self.inventory = inventory
    self.nodes = nodes
    self.scope = scope
    referrers = Array(inHugePages: .none, count: ledger.book.count)
    forwardResults = Array(inHugePages: .none, count: ledger.book.count)
    showsForwarding = Array(repeating: false, count: nodes.count)
    hasPrevious = Array(repeating: false, count: ledger.book.count)
    isMade = Array(repeating: false, count: ledger.book.count)
    isInner = Array(repeating: false, count: ledger.book.count)
    undecided = nodes.map(\.ambiguous)
    for (node, tally) in ledger.fragments where tally.partial > 0 {
      guard let (flow, isReversed) = ledger.book.find(tally.leg), !isReversed else { continue }
      brokenAt[flow, default: []].append((node, Int(tally.complete), Int(tally.partial)))
    }
    survey()
    stitch()
  }

  /// The flow that a run's datagrams became, by the datagrams themselves or else by their answers.
  ///
  /// Answers are often all alike; where datagrams of the flow tell the way, answers may confirm it and not change it.
  func next(_ run: NodeRun) -> FlowID {
    if !run.forward.result.isNone { return run.forward.result }
    // A flow that datagrams were made into, and that they leave as it is, ends here.
    if isMade[Int(run.flow.index)] { return .none }
    let told = forwardResults[Int(run.flow.index)]
    return told.isNone || told == run.reverse.origin ? run.reverse.origin : .none
  }

  /// Whether more than one flow leads to a flow.
  func isShared(_ flow: FlowID) -> Bool { referrers[Int(flow.index)] == Self.several }

  // MARK: What translations tell of addresses

  private mutating func survey() {
    var isAsked: [Bool] = Array(repeating: false, count: ledger.book.count)
    for run in ledger.runs {
      if forwardResults[Int(run.flow.index)].isNone {
        forwardResults[Int(run.flow.index)] = run.forward.result
      }
      if !run.forward.origin.isNone { isMade[Int(run.flow.index)] = true }
    }
    for run in ledger.runs {
      let flow = Int(run.flow.index)
      if !run.forward.origin.isNone { hasPrevious[flow] = true }
      // What a flow's answers became says where it comes from, unless its own datagrams show it as the beginning.
      if !run.reverse.result.isNone, forwardResults[flow].isNone { hasPrevious[flow] = true }
      if run.hopLeast < run.hopMost,
        run.traits.isSuperset(of: [.forwardIncoming, .forwardOutgoing])
      {
        showsForwarding[Int(run.node)] = true
      }
      // A half-translated leg carries answers only, from one leg into another.
      if run.forward.datagrams > 0 { isAsked[flow] = true }
      if !run.reverse.origin.isNone, !run.reverse.result.isNone { isInner[flow] = true }
    }
    for flow in isInner.indices where isAsked[flow] { isInner[flow] = false }
    for run in ledger.runs where !isInner[Int(run.flow.index)] {
      let next = next(run)
      guard !next.isNone else { continue }
      let referrer = referrers[Int(next.index)]
      referrers[Int(next.index)] =
        referrer == .none || referrer == run.flow ? run.flow : Self.several
      let (before, after) = (ledger.book[run.flow], ledger.book[next])
      if before.source != after.source {
        rewritingAddresses.insert(after.source.address, near: after.source.address.low)
      }
      translatedBackends.insert(after.destination, near: after.destination.mixed)
      if !hasPrevious[Int(run.flow.index)] {
        translatedFronts.insert(before.destination, near: before.destination.mixed)
        clientAddresses.insert(before.source.address, near: before.source.address.low)
      }
    }
  }

  // MARK: Sessions

  private mutating func stitch() {
    let beginnings = hasPrevious.count { !$0 }
    sessions.reserveHugePages(beginnings)
    placements.reserveHugePages(beginnings)
    for index in 0..<ledger.book.count where !hasPrevious[index] && !isInner[index] {
      let flow = FlowID(index: Int32(truncatingIfNeeded: index))
      guard !ledger.runs(of: flow).isEmpty else { continue }
      stitch(flow)
    }
    placeByInventory()
    sortSessions()
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
    let firstPlacement = placements.count
    if isTranslated {
      placeTranslated(runs, &session)
    } else {
      guard placeDirect(runs, tuple, start, &session) else { return }
    }
    session.placements = firstPlacement..<placements.count
    sessions.append(session)
  }

  /// Places a session whose datagrams a node translated, run by run.
  private mutating func placeTranslated(_ runs: ArraySlice<Int32>, _ session: inout SessionRecord) {
    let first = placements.count
    var worst: (node: Int16, missing: Int, last: Timestamp)?
    let bystanders = bystanders(of: runs)
    let hasForward = runs.contains { ledger.runs[Int($0)].forward.datagrams > 0 }
    var answering: [Int16] = []
    for index in runs {
      let run = ledger.runs[Int(index)]
      // Datagrams that only passed through a node as they are, or passed by it, are counted where they were translated.
      if next(run).isNone, !isTranslatedBack(run),
        isTransit(run) || !run.traits.contains(.addressedHere)
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
    for place in first..<placements.count { between += countDelivered(place, session, from: first) }
    let placed = placements[first...].reduce(0) { $0 + $1.datagrams }
    // What reached a pod was at the front, even where the capture there has a gap.
    session.datagrams = max(session.datagrams, placed)
    if session.datagrams > placed {
      let node = worst?.node ?? placements.last?.ingressNode ?? 0
      noteLoss(at: node, placed: placed, between: between, worst?.last, runs, &session)
    }
  }

  /// Counts answers that left from the backend's own node and not from the one where the questions came in.
  ///
  /// That node's run of the session may hold answers of several pods one after the other; the pods' own legs do not.
  private mutating func noteAnswers(from node: Int16, since first: Int) {
    for place in placements[first...].indices
    where placements[place].backendNode == node && placements[place].ingressNode != node {
      for index in ledger.runs(of: placements[place].terminal)
      where ledger.runs[Int(index)].node == node && ledger.runs[Int(index)].reverse.datagrams > 0 {
        let last = corrected(ledger.runs[Int(index)].reverse.last, index)
        placements[place].replies += Int(ledger.runs[Int(index)].reverse.datagrams)
        placements[place].lastReply = max(placements[place].lastReply ?? last, last)
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
    let placement = placements[place]
    guard !isShared(placement.terminal),
      placements[first...].count(where: { $0.terminal == placement.terminal }) == 1
    else { return 0 }
    placements[place].sent = placement.datagrams
    let (count, between) = delivered(
      matched: placement.datagrams,
      at: placement.ingressNode,
      to: placement.terminal
    )
    placements[place].datagrams = count
    return between
  }

  /// Places a session that no NAT touched; answers whether it is one.
  private mutating func placeDirect(
    _ runs: ArraySlice<Int32>,
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
      noteLoss(at: node, placed: 0, between: 0, nil, runs, &session)
      return true
    }
    // Answers alone, without a question, are no session; where they belong is another leg's story.
    guard runs.contains(where: { ledger.runs[Int($0)].forward.datagrams > 0 }) else { return false }
    if isUntraced(tuple, at: start, runs) {
      untraced.append(session.flow)
      return false
    }
    guard isDelivered(runs, tuple, at: start) else {
      for index in runs {
        note(ledger.runs[Int(index)], index, &session)
      }
      let node = runs.first.map { ledger.runs[Int($0)].node } ?? 0
      noteLoss(at: node, placed: 0, between: 0, nil, runs, &session)
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
    placements[placements.count - 1].datagrams = delivered
    noteLoss(
      at: run.node,
      placed: delivered,
      between: between,
      run.forward.last,
      runs,
      &session
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
    let number = Int32(truncatingIfNeeded: sessions.count)
    if let previous = placements.last, previous.session == number,
      previous.backend == tuple.destination, previous.seenSource == tuple.source
    {
      let place = placements.count - 1
      let quiet = from.since(max(previous.to, previous.lastReply ?? previous.to))
      placements[place].longestQuiet = max(previous.longestQuiet, quiet)
      placements[place].to = max(previous.to, to)
      placements[place].lastReply = reply ?? previous.lastReply
      placements[place].datagrams += datagrams
      placements[place].replies += Int(run.reverse.datagrams)
      placements[place].confidence = min(previous.confidence, confidence(run, terminal))
      placements[place].lastRun = index
      placements[place].stretches += 1
      return
    }
    placements.append(
      PlacementRecord(
        session: number,
        terminal: terminal,
        backend: tuple.destination,
        seenSource: tuple.source,
        ingressNode: run.node,
        backendNode: backendNode(of: terminal, from: run),
        from: from,
        to: to,
        lastReply: reply,
        datagrams: datagrams,
        replies: Int(run.reverse.datagrams),
        confidence: confidence(run, terminal),
        firstRun: index,
        lastRun: index,
        stretches: 1
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
      if seen.node == ingress { here += Int(seen.forward.datagrams) }
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
    guard showsForwarding[Int(run.node)], run.traits.contains(.forwardIncoming) else { return came }
    return min(came, Int(run.forward.matched))
  }

  /// How many of the datagrams had all their fragments: a pod gets no other.
  private func whole(_ count: Int, of flow: FlowID, at node: Int16) -> Int {
    guard let tallies = brokenAt[flow] else { return count }
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
    _ runs: ArraySlice<Int32>,
    _ session: inout SessionRecord
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
    // A datagram that only left the node here has its next vantage elsewhere.
    let expectsTwin = runs.contains { index in
      let run = ledger.runs[Int(index)]
      return run.traits.contains(.forwardIncoming)
        || (!run.traits.contains(.forwardOutgoing)
          && translatedFronts.contains(ledger.book[run.flow].destination))
    }
    guard expectsTwin else { return }
    let ambiguous = min(missing, undecided[node])
    undecided[node] -= ambiguous
    session.ambiguous += ambiguous
    missing -= ambiguous
    session.lost += missing
    let lostBetween = min(between, missing)
    session.lostBetween += lostBetween
    session.lostAtIngress += missing - lostBetween
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
    if translatedFronts.contains(endpoint) { return true }
    guard let inventory else { return false }
    return inventory.front(at: endpoint, over: .udp, time: time) != nil
  }

  /// Whether a flow that no translation touched reached its destination's pod.
  private func isDelivered(_ runs: ArraySlice<Int32>, _ tuple: FiveTuple, at time: Timestamp)
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
  private func isUntraced(_ tuple: FiveTuple, at time: Timestamp, _ runs: ArraySlice<Int32>) -> Bool
  {
    if rewritingAddresses.contains(tuple.source.address) { return true }
    if let inventory {
      let owner = inventory.owner(of: tuple.source.address, time: time)
      guard let owner, owner.role.isNodes else { return false }
      // A node's own client is seen at its node; a masquerading node that was not captured hides others' clients.
      return !isOwnClient(of: inventory.node(owner.node).name, runs)
    }
    return translatedBackends.contains(tuple.destination)
      && !clientAddresses.contains(tuple.source.address)
  }

  private func isInScope(_ tuple: FiveTuple, at time: Timestamp, _ runs: ArraySlice<Int32>) -> Bool
  {
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
      inventory.front(at: front, over: .udp, time: time) == nil,
      unknownFronts.count < 256 || unknownFronts[front] != nil
    else { return }
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
    for placement in placements[session.placements] {
      if let port = inventory.servicePorts(behind: placement.backend, over: .udp).first {
        return port
      }
    }
    return inventory.servicePorts(behind: session.front, over: .udp).first
  }

  func corrected(_ time: Timestamp, _ run: Int32) -> Timestamp {
    clock.corrected(time, at: Int(ledger.runs[Int(run)].node))
  }

  /// A session's client and place: so small that putting them in order hardly leaves a core's cache.
  private struct SortKey {
    var high: UInt64
    var low: UInt64
    var port: UInt16
    var session: Int32

    init(_ client: Endpoint, _ session: Int) {
      high = client.address.high
      low = client.address.low
      port = client.port
      self.session = Int32(truncatingIfNeeded: session)
    }

    @inline(__always)
    func precedes(_ other: Self, in sessions: [SessionRecord]) -> Bool {
      if high != other.high { return high < other.high }
      if low != other.low { return low < other.low }
      if port != other.port { return port < other.port }
      return sessions[Int(session)].front < sessions[Int(other.session)].front
    }
  }

  /// Puts sessions in the report's order: by client, then front.
  ///
  /// They are stitched in the order of flows, which is nearly that of runs in memory: going by clients from the start
  /// would save this copy and take twice its time in cache misses.
  private mutating func sortSessions() {
    var keys: [SortKey] = []
    keys.reserveHugePages(sessions.count)
    for (index, session) in sessions.enumerated() { keys.append(SortKey(session.client, index)) }
    let unsorted = sessions
    keys.sort { $0.precedes($1, in: unsorted) }
    var sorted: [SessionRecord] = []
    sorted.reserveHugePages(keys.count)
    var placed: [PlacementRecord] = []
    placed.reserveHugePages(placements.count)
    for (number, key) in keys.enumerated() {
      var session = unsorted[Int(key.session)]
      let start = placed.count
      for place in session.placements {
        placed.append(placements[place])
        placed[placed.count - 1].session = Int32(truncatingIfNeeded: number)
      }
      session.placements = start..<placed.count
      sorted.append(session)
    }
    sessions = sorted
    placements = placed
  }
}
