internal import Cluster
internal import Correlation
internal import Protocols
internal import Wire

/// Holds every statement against the placements that its session had at the time.
struct Hearing {
  private(set) var testimony = Testimony()

  private let stitched: Stitcher
  /// The statements that answer each flow, as places in the ledger.
  private var spoken: [FlowID: [Int]] = [:]
  /// The names that pods at an address have or had, and those of all pods.
  private var names: [IPAddress: Set<StatedName>] = [:]
  private var allNames: Set<StatedName> = []
  /// The addresses that backends saw as sources.
  private var seenAddresses: Set<IPAddress> = []
  /// What the pod of a placement called itself first.
  private var called: [Int: StatedName] = [:]
  private var told: Set<Told> = []

  private struct Told: Hashable {
    var placement: Int
    var kind: Testimony.Contradiction.Kind
  }

  /// Answers come after their questions, and clocks of nodes are known only roughly: a statement is about some placement
  /// within so long of it.
  private static let slack = Interval.seconds(2)

  init(_ stitched: Stitcher) {
    self.stitched = stitched
    gatherStatements()
    gatherNames()
    if statements.contains(where: { $0.1.language == .affinityTester }) {
      seenAddresses = Set(stitched.placements.map(\.seenSource.address))
    }
    for index in stitched.sessions.indices { hear(index) }
    testimony.contradictions.sort { left, right in
      if left.at != right.at { return left.at < right.at }
      if left.session != right.session { return left.session < right.session }
      return left.kind == .seenSource && right.kind == .pod
    }
  }

  private var statements: [(node: Int, PodStatement)] { stitched.ledger.statements }

  private mutating func gatherStatements() {
    var isAskedBack: Set<FlowID> = []
    for (index, item) in statements.enumerated() {
      guard let (flow, isReversed) = stitched.ledger.book.find(item.1.leg) else { continue }
      if isReversed { spoken[flow, default: []].append(index) } else { isAskedBack.insert(flow) }
    }
    // Where clients say such things too, a pod may only send back what it was sent.
    for flow in isAskedBack { spoken[flow] = nil }
  }

  private mutating func gatherNames() {
    for pod in stitched.inventory?.pods ?? [] where !pod.isOnHostNetwork {
      let name = StatedName(pod.name.name)
      allNames.insert(name)
      for address in pod.addresses { names[address, default: []].insert(name) }
    }
  }

  private mutating func hear(_ index: Int) {
    let session = stitched.sessions[index]
    var isHeard = false
    var visited: [FlowID] = [session.flow]
    for said in moments(of: session.flow) {
      isHeard = true
      hold(said, against: index, Array(session.placements), isAtFront: true)
    }
    for place in session.placements {
      let terminal = stitched.placements[place].terminal
      guard !visited.contains(terminal), !stitched.isShared(terminal) else { continue }
      visited.append(terminal)
      let places = session.placements.filter { stitched.placements[$0].terminal == terminal }
      for said in moments(of: terminal) {
        isHeard = true
        hold(said, against: index, places, isAtFront: false)
      }
    }
    if isHeard { testimony.heard += 1 }
  }

  // MARK: One statement

  /// What answers a flow, when it was said first and when it was said last, in order of time.
  private func moments(of flow: FlowID) -> [(number: Int, at: Timestamp)] {
    (spoken[flow] ?? []).flatMap { number in
      let (node, statement) = statements[number]
      let ends =
        statement.first == statement.last ? [statement.last] : [statement.first, statement.last]
      return ends.map { (number: number, at: stitched.clock.corrected($0, at: node)) }
    }
    .sorted { ($0.at, $0.number) < ($1.at, $1.number) }
  }

  private mutating func hold(
    _ said: (number: Int, at: Timestamp),
    against session: Int,
    _ all: [Int],
    isAtFront: Bool
  ) {
    let (node, statement) = statements[said.number]
    let at = said.at
    let places = all.filter { isNear($0, at) }
    guard let active = places.last(where: { stitched.placements[$0].from <= at }) ?? places.first,
      places.allSatisfy({ isComparable($0, node) }),
      !places.contains(where: { isPassedOn(statement, $0) })
    else { return }
    let agreeing = places.filter {
      sourceAgrees(statement, $0) != false && podAgrees(statement, $0) != false
    }
    guard agreeing.isEmpty else {
      if isAtFront { confirm(statement, agreeing, session) }
      noteName(statement, places, session, at, node)
      return
    }
    guard isJudged(session, active) else { return }
    if sourceAgrees(statement, active) == false {
      contradict(.seenSource, statement, session, active, at, node)
    }
    if podAgrees(statement, active) == false {
      contradict(.pod, statement, session, active, at, node)
    }
  }

  private func isNear(_ place: Int, _ at: Timestamp) -> Bool {
    let placement = stitched.placements[place]
    let end = max(placement.to, placement.lastReply ?? placement.to)
    return placement.from <= at + Self.slack && end + Self.slack >= at
  }

  /// Whether the times of a node can be held against those of the placement.
  private func isComparable(_ place: Int, _ node: Int) -> Bool {
    let ingress = Int(stitched.placements[place].ingressNode)
    let offsets = stitched.clock.offsets
    return ingress == node || (offsets[ingress] != nil && offsets[node] != nil)
  }

  /// Whether the backend passed the question on, as a proxy does: who answers then saw the backend and not the client.
  private func isPassedOn(_ statement: PodStatement, _ place: Int) -> Bool {
    let placement = stitched.placements[place]
    guard let source = statement.seenSource, source != placement.seenSource else { return false }
    return source.address == placement.backend.address
  }

  /// Nil where nothing was said of it.
  private func sourceAgrees(_ statement: PodStatement, _ place: Int) -> Bool? {
    guard let source = statement.seenSource else { return nil }
    if source == stitched.placements[place].seenSource { return true }
    // Unmasked with another client's id than it was masked with, an address becomes one that nobody has.
    return statement.language == .affinityTester && !seenAddresses.contains(source.address)
      ? nil : false
  }

  /// Nil where nothing was said of it, or where nobody knows better.
  private func podAgrees(_ statement: PodStatement, _ place: Int) -> Bool? {
    let backend = stitched.placements[place].backend
    let known = names[backend.address]
    if let pod = statement.pod, let known {
      if known.contains(pod) { return true }
      if allNames.contains(pod) { return false }
    }
    guard let server = statement.server else { return nil }
    if server == backend { return true }
    // It says that it was asked at the address of another pod.
    return known != nil && names[server.address] != nil && server.address != backend.address
      ? false : nil
  }

  /// Whether what is said of a session can speak against the matcher.
  ///
  /// A pod that asks a server somewhere outside is told what a gateway made of it; that is as it should be.
  private func isJudged(_ session: Int, _ place: Int) -> Bool {
    let placement = stitched.placements[place]
    if stitched.inventory != nil {
      return names[placement.backend.address] != nil
        || stitched.servicePort(of: stitched.sessions[session]) != nil
    }
    return placement.backend != stitched.sessions[session].front
  }

  private mutating func confirm(_ statement: PodStatement, _ places: [Int], _ session: Int) {
    for place in places {
      let isNamed = podAgrees(statement, place) == true
      let isSource = sourceAgrees(statement, place) == true
      guard isNamed || isSource else { continue }
      let isRewritten =
        stitched.placements[place].seenSource != stitched.sessions[session].client
      let leavesNoOther = isNamed || (isRewritten && places.count == 1)
      testimony.confirmed[place] = leavesNoOther || testimony.confirmed[place] == true
    }
  }

  /// Takes note of a name that the inventory cannot judge: it must at least stay the same.
  private mutating func noteName(
    _ statement: PodStatement,
    _ places: [Int],
    _ session: Int,
    _ at: Timestamp,
    _ node: Int
  ) {
    // Only who saw just what the backend saw is surely the backend.
    guard let pod = statement.pod, places.count == 1, let place = places.first,
      sourceAgrees(statement, place) == true
    else { return }
    let backend = stitched.placements[place].backend
    if let known = names[backend.address], !known.contains(pod) {
      testimony.unknownNames[backend] = testimony.unknownNames[backend] ?? pod
    }
    if let first = called[place] {
      if first != pod, isJudged(session, place) {
        contradict(.pod, statement, session, place, at, node)
      }
    } else {
      called[place] = pod
    }
  }

  private mutating func contradict(
    _ kind: Testimony.Contradiction.Kind,
    _ statement: PodStatement,
    _ session: Int,
    _ place: Int,
    _ at: Timestamp,
    _ node: Int
  ) {
    testimony.sessions.insert(session)
    testimony.placements.insert(place)
    guard told.insert(Told(placement: place, kind: kind)).inserted else { return }
    let sayings = spoken[stitched.placements[place].terminal] ?? []
    testimony.contradictions.append(
      Testimony.Contradiction(
        kind: kind,
        session: session,
        placement: place,
        at: at,
        node: node,
        statement: statement,
        isSaidAtBackend: sayings.contains { number in
          let other = statements[number].1
          return other.seenSource == statement.seenSource && other.pod == statement.pod
        }
      )
    )
  }
}
