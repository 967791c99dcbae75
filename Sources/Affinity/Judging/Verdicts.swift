internal import Cluster
internal import Wire

/// Holds what was found against what each service promises.
struct Verdicts {
  private let evidence: Evidence
  private let findings: [FindingRecord]
  /// The sessions of each service that may have lost something, where no cause could be told.
  private let mayBeShort: [ServiceKey: Set<Int>]
  /// The sessions and the findings of each service.
  private let members: [ServiceKey: [Int]]
  private let found: [ServiceKey: [Int]]
  /// What both promises ask of the sessions of each service.
  private let placed: [ServiceKey: Placed]
  /// Sessions whose pods contradict the match: where they went is evidence of nothing.
  private let doubted: Set<Int>

  init(_ judge: Judge) {
    evidence = judge.evidence
    findings = judge.findings
    let doubted = judge.evidence.stitched.testimony.sessions
    self.doubted = doubted
    members =
      doubted.isEmpty
      ? judge.evidence.members
      : judge.evidence.members.mapValues { $0.filter { !doubted.contains($0) } }
    var found: [ServiceKey: [Int]] = [:]
    for (index, finding) in judge.findings.enumerated() {
      if Self.isDoubted(finding, doubted) { continue }
      if let service = finding.symptom.service { found[service, default: []].append(index) }
    }
    self.found = found
    var mayBeShort: [ServiceKey: Set<Int>] = [:]
    for doubt in judge.doubts where doubt.subject == .loss {
      if let session = doubt.session { mayBeShort[doubt.service, default: []].insert(session) }
    }
    self.mayBeShort = mayBeShort
    let evidence = judge.evidence
    placed = members.mapValues { Placed($0, evidence) }
  }

  /// How many sessions of a service have a placement.
  private struct Placed {
    var count = 0
    /// Those that sent more than one datagram, and are not a node's own.
    var checkable = 0
    /// Those of which a good part went where no capture shows it: they may have moved there.
    var inPart = 0
    /// Those whose backend's address became another pod's meanwhile: their datagrams moved with it, unseen.
    var inherited = 0
    /// A node's own client that moves looks like another client that begins.
    var own = 0

    init() {}

    init(_ members: [Int], _ evidence: Evidence) {
      for index in members where !evidence.sessions[index].placements.isEmpty {
        count += 1
        if evidence.ownNode(of: index) != nil {
          own += 1
        } else if evidence.sessions[index].datagrams > 1 {
          checkable += 1
          if evidence.isSeenInPart(index) { inPart += 1 }
          let places = evidence.sessions[index].placements
          if places.contains(where: { evidence.isInherited(evidence.placements[$0]) }) {
            inherited += 1
          }
        }
      }
    }
  }

  private static func isDoubted(_ finding: FindingRecord, _ doubted: Set<Int>) -> Bool {
    guard !doubted.isEmpty, finding.subject != .loss else { return false }
    return finding.symptom.session.map(doubted.contains) ?? false
  }

  private func findings(of service: ServiceKey) -> some Sequence<FindingRecord> {
    (found[service] ?? []).lazy.map { findings[$0] }
  }

  func verdicts(of service: ServiceKey) -> [Report.ExpectationVerdict] {
    Expectation.allCases.compactMap { verdict(service, $0) }
  }

  /// The worst of all: a failure, else a doubt.
  func overall(_ services: [Report.ServiceReport]) -> Report.Verdict {
    let failing = evidence.settings.failingModes
    if findings.contains(where: { $0.mode.map { failing.contains($0.id) } ?? false }) {
      return .fail
    }
    // What breaks a promise is a failure even where no single expectation speaks of it.
    let isBroken = findings.contains { finding in
      switch finding.mode?.modeClass {
      case .violation, .loss, .security: isJudged(finding) && !Self.isDoubted(finding, doubted)
      case .explained, .source, nil: false
      }
    }
    if isBroken { return .fail }
    let all = services.flatMap(\.verdicts).map(\.verdict)
    if all.contains(.fail) { return .fail }
    if all.contains(.inconclusive) || all.allSatisfy({ $0 == .notPromised }) {
      return .inconclusive
    }
    return .pass
  }

  /// Whether the user asked for what this finding speaks of; without asking, all is.
  private func isJudged(_ finding: FindingRecord) -> Bool {
    guard let asked = evidence.settings.expectations else { return true }
    switch finding.subject {
    case .loss: return asked.contains(.noLoss)
    case .split: return asked.contains(.clientIPAffinity)
    case .move, .source: return asked.contains(.samePod) || asked.contains(.sameSeenSource)
    }
  }

  private func verdict(_ service: ServiceKey, _ expectation: Expectation)
    -> Report.ExpectationVerdict?
  {
    if let asked = evidence.settings.expectations, !asked.contains(expectation) { return nil }
    guard var verdict = judged(service, expectation) else { return nil }
    let isSettled = verdict.verdict == .fail || verdict.verdict == .notPromised
    if !doubted.isEmpty, expectation != .noLoss, !isSettled {
      let count = evidence.members[service]?.count(where: doubted.contains) ?? 0
      guard count > 0 else { return verdict }
      verdict.verdict = .inconclusive
      verdict.reason =
        "what pods themselves answered contradicts the match of \(counted(count, "session"))"
    }
    return verdict
  }

  private func judged(_ service: ServiceKey, _ expectation: Expectation)
    -> Report.ExpectationVerdict?
  {
    // What a Service object promises is known of those alone that have one, unless the user holds it against all.
    if case .front = service, evidence.settings.expectations == nil, expectation.isOfService {
      return nil
    }
    switch expectation {
    case .samePod: return moves(service, expectation, "backend", "changed pods")
    case .sameSeenSource:
      return moves(service, expectation, "seen_source", "changed the source that pods saw")
    case .sourcePreserved: return sourcePreserved(service)
    case .clientIPAffinity: return clientIPAffinity(service)
    case .noCrossNode: return noCrossNode(service)
    case .noLoss: return noLoss(service)
    }
  }

  private func result(
    _ expectation: Expectation,
    _ verdict: Report.Verdict,
    _ reason: String,
    checked: Int = 0,
    violations: Int = 0,
    explained: Int = 0
  ) -> Report.ExpectationVerdict {
    Report.ExpectationVerdict(
      expectation: expectation.rawValue,
      verdict: verdict,
      reason: reason,
      checked: checked,
      violations: violations,
      explained: explained
    )
  }

  // MARK: The two promises

  private func moves(
    _ service: ServiceKey,
    _ expectation: Expectation,
    _ what: String,
    _ words: String
  ) -> Report.ExpectationVerdict {
    let placed = placed[service] ?? Placed()
    let changes = findings(of: service).filter {
      $0.symptom.changed.contains(what) && ($0.subject == .move || $0.subject == .source)
    }
    let open = changes.filter { $0.mode == nil && $0.mayBeExplained }.count
    let explained = changes.filter { $0.mode?.modeClass == .explained }.count
    let broken = changes.filter { finding in
      finding.mode.map { $0.modeClass == .violation } ?? !finding.mayBeExplained
    }
    let violations = broken.count
    // A session may change many times.
    let movers = Set(broken.compactMap(\.symptom.session)).count
    func done(_ verdict: Report.Verdict, _ reason: String) -> Report.ExpectationVerdict {
      result(
        expectation,
        verdict,
        reason,
        checked: placed.checkable,
        violations: violations,
        explained: explained
      )
    }
    if violations > 0 { return done(.fail, "\(counted(movers, "session")) \(words)") }
    if open > 0 {
      return done(
        .inconclusive,
        "\(counted(open, "session")) \(words), and the cause could not be told"
      )
    }
    guard placed.count > 0 else { return done(.inconclusive, "no session could be placed") }
    guard placed.checkable > 0 else {
      return done(
        .inconclusive,
        placed.own > 0
          ? "nodes' own clients are translated before a capture sees them"
          : "no session sent more than one datagram"
      )
    }
    if placed.inherited > 0, what == "backend" {
      return done(
        .inconclusive,
        "\(counted(placed.inherited, "session")) stayed at an address that became another pod's"
      )
    }
    if placed.inPart > 0 {
      return done(
        .inconclusive,
        "\(counted(placed.inPart, "session")) went out of sight in part, and may have moved there"
      )
    }
    let kept = "\(counted(placed.checkable, "session")) checked"
    return done(.pass, explained > 0 ? "\(kept), \(counted(explained, "change")) explained" : kept)
  }

  // MARK: Promises of a Service

  private func sourcePreserved(_ service: ServiceKey) -> Report.ExpectationVerdict? {
    let expectation = Expectation.sourcePreserved
    let isAsked = evidence.settings.expectations != nil
    var promised: [Int] = []
    var byDesign = 0
    for session in members[service] ?? [] {
      switch preservesSource(session) {
      case true: promised.append(session)
      case false: byDesign += 1
      case nil: if isAsked { promised.append(session) }
      }
    }
    if isAsked, promised.isEmpty { promised = members[service] ?? [] }
    let placed = promised.filter { !evidence.sessions[$0].placements.isEmpty }
    guard !promised.isEmpty else {
      return byDesign > 0
        ? result(
          expectation,
          .notPromised,
          "externalTrafficPolicy is Cluster: the source is rewritten by design"
        ) : nil
    }
    let rewritten = placed.filter { session in
      evidence.sessions[session].placements.contains {
        evidence.placements[$0].seenSource.address != evidence.sessions[session].client.address
      }
    }
    guard rewritten.isEmpty else {
      return result(
        expectation,
        .fail,
        "\(counted(rewritten.count, "session")) reached a pod under another address",
        checked: placed.count,
        violations: rewritten.count
      )
    }
    return placed.isEmpty
      ? result(expectation, .inconclusive, "no session could be placed")
      : result(
        expectation,
        .pass,
        "\(counted(placed.count, "session")) checked",
        checked: placed.count
      )
  }

  /// Whether the pod is promised to see the session's own source; nil where nothing says.
  private func preservesSource(_ session: Int) -> Bool? {
    guard let service = evidence.settledService(of: session) else { return nil }
    if evidence.isExternal(session) { return service.externalTrafficPolicy == .local }
    guard evidence.frontKind(of: session) == .clusterIP else { return nil }
    let client = evidence.sessions[session].client.address
    // A pod that reaches itself is the exception by design.
    return evidence.sessions[session].placements.contains {
      evidence.placements[$0].backend.address == client
    } ? nil : true
  }

  private func noCrossNode(_ service: ServiceKey) -> Report.ExpectationVerdict? {
    let expectation = Expectation.noCrossNode
    let isAsked = evidence.settings.expectations != nil
    let promised = (members[service] ?? []).filter { session in
      isAsked
        || (evidence.isExternal(session)
          && evidence.settledService(of: session)?.externalTrafficPolicy == .local)
    }
    guard !promised.isEmpty else { return nil }
    let placed = promised.filter { !evidence.sessions[$0].placements.isEmpty }
    let crossing = placed.filter { session in
      evidence.sessions[session].placements.contains { isCrossing(evidence.placements[$0]) == true }
    }
    let isOpen = placed.contains { session in
      evidence.sessions[session].placements.contains { isCrossing(evidence.placements[$0]) == nil }
    }
    guard crossing.isEmpty else {
      return result(
        expectation,
        .fail,
        "\(counted(crossing.count, "session")) went on to another node",
        checked: placed.count,
        violations: crossing.count
      )
    }
    if placed.isEmpty { return result(expectation, .inconclusive, "no session could be placed") }
    if isOpen {
      return result(
        expectation,
        .inconclusive,
        "which node of the cluster a capture is from is not known: --node NAME=FILE says it"
      )
    }
    return result(
      expectation,
      .pass,
      "\(counted(placed.count, "session")) checked",
      checked: placed.count
    )
  }

  /// Whether a datagram went on to another node; nil where the inventory does not know where it came in.
  private func isCrossing(_ placement: PlacementRecord) -> Bool? {
    guard let inventory = evidence.inventory,
      let node = inventory.node(ofPodAt: placement.backend.address, time: placement.from)
    else { return placement.backendNode != placement.ingressNode }
    let ingress = evidence.nodeName(Int(placement.ingressNode))
    guard inventory.node(named: ingress) != nil else { return nil }
    return inventory.node(node).name != ingress
  }

  private func clientIPAffinity(_ service: ServiceKey) -> Report.ExpectationVerdict? {
    let expectation = Expectation.clientIPAffinity
    let sessions = (members[service] ?? []).filter {
      SplitFinder.isPromised(evidence, session: $0) && !evidence.sessions[$0].placements.isEmpty
    }
    let isPromised = (members[service] ?? []).contains {
      SplitFinder.isPromised(evidence, session: $0)
    }
    guard isPromised else { return nil }
    let splits = findings(of: service).filter { $0.subject == .split }
    let violations = splits.filter { $0.mode?.modeClass == .violation }.count
    let explained = splits.filter { $0.mode?.modeClass == .explained }.count
    let open = splits.filter { $0.mode == nil }.count
    var flows: [IPAddress: Int] = [:]
    for session in sessions { flows[evidence.sessions[session].client.address, default: 0] += 1 }
    let checked = flows.values.filter { $0 > 1 }.count
    func done(_ verdict: Report.Verdict, _ reason: String) -> Report.ExpectationVerdict {
      result(
        expectation,
        verdict,
        reason,
        checked: checked,
        violations: violations,
        explained: explained
      )
    }
    if violations > 0 {
      return done(.fail, "\(counted(violations, "new flow")) of known clients went to another pod")
    }
    if open > 0 {
      return done(
        .inconclusive,
        "\(counted(open, "new flow")) of known clients went to another pod, and the cause could not be told"
      )
    }
    guard checked > 0 else {
      return done(.inconclusive, "no client address started a second flow")
    }
    return done(.pass, "\(counted(checked, "client address", plural: "client addresses")) checked")
  }

  private func noLoss(_ service: ServiceKey) -> Report.ExpectationVerdict {
    let sessions = evidence.members[service] ?? []
    let losses = findings(of: service).filter {
      $0.modeClass == .loss || $0.modeClass == .security
    }
    let named = Set(
      findings(of: service).filter { $0.mode != nil && $0.subject == .loss }
        .compactMap(\.symptom.session)
    )
    let excused = findings(of: service).filter {
      $0.subject == .loss && $0.mode?.modeClass == .explained
    }.count
    let unnamed = evidence.roster.short.filter {
      evidence.services[$0] == service && !named.contains($0)
    }
    func done(_ verdict: Report.Verdict, _ reason: String) -> Report.ExpectationVerdict {
      result(
        .noLoss,
        verdict,
        reason,
        checked: sessions.count,
        violations: losses.count,
        explained: excused
      )
    }
    if !losses.isEmpty {
      let names = Set(losses.compactMap { $0.mode?.name }).sorted().joined(separator: ", ")
      let losers = Set(losses.map(\.symptom.session)).count
      return done(.fail, "\(counted(losers, "session")) lost datagrams or answers: \(names)")
    }
    if !unnamed.isEmpty {
      let datagrams = unnamed.reduce(0) { $0 + evidence.sessions[$1].lost }
      return done(
        .inconclusive,
        "\(counted(datagrams, "datagram")) of \(counted(unnamed.count, "session")) went out of sight, and the cause could not be told"
      )
    }
    let open = mayBeShort[service]?.count ?? 0
    if open > 0 {
      return done(
        .inconclusive,
        "\(counted(open, "session")) got too few answers, and the cause could not be told"
      )
    }
    let unseen = evidence.roster.unplaced.filter {
      evidence.services[$0] == service && evidence.sessions[$0].replies == 0
    }
    if unseen.count == sessions.count, !sessions.isEmpty {
      return done(.inconclusive, "no session could be placed")
    }
    let riddles = unseen.count { !named.contains($0) }
    if riddles > 0 {
      return done(
        .inconclusive,
        "\(counted(riddles, "session")) got no answer and could not be placed"
      )
    }
    let explained = excused > 0 ? ", \(counted(excused, "loss", plural: "losses")) explained" : ""
    return done(.pass, "\(counted(sessions.count, "session")) checked\(explained)")
  }
}
