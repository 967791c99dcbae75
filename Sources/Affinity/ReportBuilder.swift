internal import Cluster
internal import Correlation
internal import Wire

/// Turns what was stitched into the report's plain values.
struct ReportBuilder {
  var report = Report()
  let stitched: Stitcher

  let judge: Judge

  init(_ judge: Judge) {
    self.judge = judge
    stitched = judge.evidence.stitched
    describeCapture()
    let (totals, verdicts) = judge.evidence.settings.crew.both {
      judge.evidence.settings.listsSessions ? nil : SessionTotals(judge.evidence.stitched)
    } _: {
      Verdicts(judge)
    }
    report.unlisted = totals
    if judge.evidence.settings.listsSessions { report.sessions = sessions() }
    describeServices(verdicts)
    describeFindings()
    describeTestimony()
    describeBlindSpots()
  }

  private mutating func describeCapture() {
    var summary = Report.CaptureSummary()
    for (index, node) in stitched.nodes.enumerated() {
      var coverage = node.coverage
      coverage.clockOffset = stitched.clock.offsets[index]
      summary.nodes.append(coverage)
      for (tier, count) in node.matching.matched.enumerated() {
        report.matching.matched[tier] += count
      }
      report.matching.ambiguous += node.matching.ambiguous
      report.matching.unmatched += node.matching.unmatched
      report.matching.evicted += node.matching.evicted
    }
    report.matching.matched[4] += stitched.matchedByInventory
    summary.from = stitched.nodes.compactMap(\.coverage.from).min()
    summary.to = stitched.nodes.compactMap(\.coverage.to).max()
    summary.nodes.sort { $0.name < $1.name }
    report.capture = summary
  }

  // MARK: Sessions

  private func sessions() -> [Report.Session] {
    var sessions: [Report.Session] = []
    sessions.reserveCapacity(stitched.sessions.count)
    let listed = stitched.sessions.indices.sorted {
      let (left, right) = (stitched.sessions[$0], stitched.sessions[$1])
      return left.client != right.client
        ? left.client < right.client : left.front < right.front
    }
    for index in listed {
      let session = stitched.sessions[index]
      let placements = stitched.placements[session.placements]
      sessions.append(
        Report.Session(
          client: session.client,
          front: session.front,
          service: serviceName(of: session),
          datagrams: session.datagrams,
          placed: placements.reduce(0) { $0 + $1.datagrams },
          ambiguous: session.ambiguous,
          lost: session.lost,
          lostAt: losses(of: session),
          replies: session.replies,
          placements: placements.map { placement($0) }
        )
      )
    }
    return sessions
  }

  private func losses(of session: SessionRecord) -> [Report.Loss] {
    guard session.lost > 0 else { return [] }
    var losses: [Report.Loss] = []
    let runs = stitched.ledger.runs(of: session.flow)
    let ingress = runs.first.map { Int(stitched.ledger.runs[Int($0)].node) }
    if session.lostAtIngress > 0 {
      losses.append(
        Report.Loss(
          hop: "ingress",
          node: ingress.map { stitched.nodes[$0].name },
          datagrams: session.lostAtIngress
        )
      )
    }
    if session.lostBetween > 0 {
      let last = stitched.placements[session.placements].last.map { Int($0.backendNode) }
      losses.append(
        Report.Loss(
          hop: "between-nodes",
          node: last.map { stitched.nodes[$0].name },
          datagrams: session.lostBetween
        )
      )
    }
    return losses
  }

  func placement(_ record: PlacementRecord) -> Report.Placement {
    Report.Placement(
      backend: record.backend,
      pod: podName(of: record),
      node: backendNode(record),
      ingressNode: stitched.nodes[Int(record.ingressNode)].name,
      seenSource: record.seenSource,
      from: record.from,
      to: record.to,
      datagrams: record.datagrams,
      confidence: record.confidence
    )
  }

  /// The node of the pod by the inventory, else the last one that saw the datagrams.
  private func backendNode(_ record: PlacementRecord) -> String? {
    if let inventory = stitched.inventory,
      let node = inventory.node(ofPodAt: record.backend.address, time: record.from)
    {
      return inventory.node(node).name
    }
    return record.backendNode == record.ingressNode && stitched.nodes.count == 1
      ? nil : stitched.nodes[Int(record.backendNode)].name
  }

  /// The pod, unless its address became another's meanwhile: then some of the datagrams were the other's.
  private func podName(of record: PlacementRecord) -> String? {
    guard let inventory = stitched.inventory,
      let pod = inventory.pod(at: record.backend, over: .udp, time: record.from),
      !judge.evidence.isInherited(record)
    else { return nil }
    return inventory.pod(pod).name.description
  }

  func serviceName(of session: SessionRecord) -> String? {
    guard let inventory = stitched.inventory, let port = stitched.servicePort(of: session) else {
      return nil
    }
    return inventory.name(of: inventory.servicePort(port).service).description
  }

  // MARK: Services

  private mutating func describeServices(_ verdicts: Verdicts) {
    let evidence = judge.evidence
    let time = report.capture.from ?? Timestamp(nanoseconds: 0)
    var described: [(isNamed: Bool, first: Endpoint?, Report.ServiceReport)] = []
    for (service, seen) in evidence.roster.fronts {
      var entry = Report.ServiceReport(name: nil, fronts: seen.sorted().map { "\($0)/udp" })
      entry.verdicts = verdicts.verdicts(of: service)
      if case .known(let id) = service, let inventory = stitched.inventory {
        entry.name = inventory.name(of: id).description
        if let current = inventory.service(id, at: time) { describe(current, in: &entry) }
      }
      described.append((entry.name != nil, seen.min(), entry))
    }
    // By name; those without one after them, by front.
    described.sort { left, right in
      if left.isNamed != right.isNamed { return left.isNamed }
      if let names = left.2.name.flatMap({ name in right.2.name.map { (name, $0) } }) {
        return names.0 < names.1
      }
      guard let first = left.first, let second = right.first else { return false }
      return first < second
    }
    report.services = described.map(\.2)
    report.verdict = verdicts.overall(report.services)
  }

  private func describe(_ service: Service, in entry: inout Report.ServiceReport) {
    entry.externalTrafficPolicy = service.externalTrafficPolicy.rawValue
    switch service.affinity {
    case .none: entry.sessionAffinity = "None"
    case .clientIP(let timeout):
      entry.sessionAffinity = "ClientIP"
      entry.timeoutSeconds = Int(timeout.nanoseconds / 1_000_000_000)
    }
  }

  // MARK: Findings

  private struct IncidentKey: Hashable {
    var mode: String
    var service: ServiceKey?
    var group: String
  }

  private mutating func describeFindings() {
    var incidents: [IncidentKey: Int] = [:]
    var identity = FindingIdentity(judge.evidence)
    for finding in judge.findings {
      let name = identity.name(finding)
      let id = "F-\(name)"
      let key = IncidentKey(
        mode: finding.mode?.id ?? "",
        service: finding.symptom.service,
        group: finding.symptom.group
      )
      let incident = incidents[key] ?? report.incidents.count
      if incidents[key] == nil {
        incidents[key] = incident
        report.incidents.append(newIncident(finding, called: "I-\(name)"))
      }
      report.incidents[incident].findings.append(id)
      let (from, to) = (report.incidents[incident].from, report.incidents[incident].to)
      report.incidents[incident].from = min(from, finding.symptom.at)
      report.incidents[incident].to = max(to, finding.symptom.at)
      if report.incidents[incident].node != finding.symptom.node.map({ stitched.nodes[$0].name }) {
        report.incidents[incident].node = nil
      }
      report.findings.append(described(finding, id: id, incident: report.incidents[incident].id))
    }
    describeDoubts()
  }

  /// An incident is called after its first finding, which no other has.
  private func newIncident(_ finding: FindingRecord, called id: String) -> Report.Incident {
    Report.Incident(
      id: id,
      mode: finding.mode?.id,
      modeClass: finding.modeClass.rawValue,
      origin: (finding.mode?.origin ?? .cluster).rawValue,
      service: finding.symptom.service.map(judge.evidence.name),
      node: finding.symptom.node.map { stitched.nodes[$0].name },
      from: finding.symptom.at,
      to: finding.symptom.at,
      summary: finding.symptom.because.first ?? "",
      findings: []
    )
  }

  private func described(_ finding: FindingRecord, id: String, incident: String) -> Report.Finding {
    let symptom = finding.symptom
    return Report.Finding(
      id: id,
      incident: incident,
      mode: finding.mode?.id,
      name: finding.mode?.name,
      modeClass: finding.modeClass.rawValue,
      origin: (finding.mode?.origin ?? .cluster).rawValue,
      service: symptom.service.map(judge.evidence.name),
      client: symptom.client ?? symptom.session.map { stitched.sessions[$0].client.description },
      node: symptom.node.map { stitched.nodes[$0].name },
      at: symptom.at,
      changed: symptom.changed,
      was: symptom.was.map { placement(stitched.placements[$0]) },
      now: symptom.now.map { placement(stitched.placements[$0]) },
      confidence: isDoubted(symptom)
        ? min(symptom.confidence, Stitcher.contradictedConfidence) : symptom.confidence,
      because: isDoubted(symptom)
        ? symptom.because + ["its pod's own answers contradict this match"] : symptom.because,
      ruledOut: symptom.ruledOut,
      evidence: symptom.evidence.compactMap { witness, role in
        guard judge.evidence.settings.files.indices.contains(witness.file) else { return nil }
        return Report.Evidence(
          file: judge.evidence.settings.files[witness.file],
          frame: witness.frame,
          role: role
        )
      }
    )
  }

  /// Doubts about one service that are alike are told once.
  private mutating func describeDoubts() {
    struct Key: Hashable {
      var modes: [String]
      var service: ServiceKey
      var needs: String
    }
    var places: [Key: Int] = [:]
    for doubt in judge.doubts.sorted(by: { $0.at < $1.at }) {
      let key = Key(modes: doubt.modes, service: doubt.service, needs: doubt.needs)
      if let place = places[key] {
        if report.undetermined[place].client != doubt.client {
          report.undetermined[place].client = nil
        }
        continue
      }
      places[key] = report.undetermined.count
      report.undetermined.append(
        Report.Undetermined(
          modes: doubt.modes,
          service: judge.evidence.name(of: doubt.service),
          client: doubt.client,
          at: doubt.at,
          needs: doubt.needs
        )
      )
    }
  }

  // MARK: What could not be seen

  private mutating func describeBlindSpots() {
    var spots: [Report.BlindSpot] = []
    if !stitched.untraced.isEmpty {
      spots.append(
        Report.BlindSpot(
          "ingress-not-captured",
          at: "cluster",
          "\(stitched.untraced.count) flows reach a pod from an address that stands for clients; the node where they "
            + "came in was not captured, so that their clients are unknown"
        )
      )
    }
    for (index, node) in stitched.nodes.enumerated() {
      if let dropped = node.coverage.dropped, dropped > 0 {
        spots.append(
          Report.BlindSpot(
            "capture-drops",
            at: node.name,
            "the capture dropped \(dropped) packets"
          )
        )
      } else if node.missedShare > 0.001 {
        let percent = Int((node.missedShare * 100).rounded(.up))
        spots.append(
          Report.BlindSpot(
            "capture-drops",
            at: node.name,
            "about \(percent) % of the datagrams are missing from the capture itself"
          )
        )
      }
      if stitched.nodes.count > 1, stitched.clock.offsets[index] == nil {
        spots.append(
          Report.BlindSpot(
            "clock",
            at: node.name,
            "no flow ties its clock to the first node's: nothing is said about the order of events between them"
          )
        )
      }
      if stitched.nodes.count > 1, stitched.clock.offsets[index] != nil,
        let clock = judge.evidence.readings.last(of: index)?.clock, !clock.isSynchronized
      {
        spots.append(
          Report.BlindSpot(
            "clock",
            at: node.name,
            "its kernel says that its clock is not synchronized (estimated error \(clock.estimatedError.text)): the "
              + "order of events between nodes is only as good as the offset that common flows show"
          )
        )
      }
      if node.coverage.truncated > 0 {
        spots.append(
          Report.BlindSpot(
            "snap-length",
            at: node.name,
            "\(node.coverage.truncated) packets were captured only in part; datagrams that begin alike may look the same"
          )
        )
      }
    }
    report.blindSpots =
      spots + unseenWays() + unknownFronts() + ownClients() + strangers() + unknownNames()
  }

  /// Of sessions that no vantage shows a pod of, and that are not known to be lost either.
  private func unseenWays() -> [Report.BlindSpot] {
    var answered = 0
    var unanswered = 0
    for index in judge.evidence.roster.unplaced {
      let session = stitched.sessions[index]
      if session.replies > 0 {
        answered += 1
      } else if session.lost == 0, session.ambiguous == 0 {
        unanswered += 1
      }
    }
    var spots: [Report.BlindSpot] = []
    if answered > 0 {
      spots.append(
        Report.BlindSpot(
          "answered-unseen",
          at: "cluster",
          "\(counted(answered, "session")) \(answered == 1 ? "was" : "were") answered from the front, yet no vantage shows by whom: a backend on the "
            + "host's network, a socket-level load balancer, or a part of the path that was not captured"
        )
      )
    }
    if unanswered > 0 {
      spots.append(
        Report.BlindSpot(
          "unanswered-unseen",
          at: "cluster",
          "\(counted(unanswered, "session")) got no answer, and nothing shows whether the datagrams went on: to where "
            + "nothing was captured, to the node itself, or nowhere; a capture with -i any would tell more"
        )
      )
    }
    return spots
  }
}
