public import Affinity
internal import Wire

extension Report {
  /// The same report without anything that names a person, a machine or a workload: addresses, names, paths.
  ///
  /// Sentences are searched for what was replaced elsewhere, so lists with names are done first.
  public func anonymized(by hide: inout Anonymizer) -> Report {
    var report = self
    for index in report.capture.nodes.indices {
      let node = report.capture.nodes[index]
      report.capture.nodes[index].name = hide.name(node.name, "node")
      report.capture.nodes[index].files = node.files.map { hide.name($0, "file") }
    }
    for index in report.services.indices {
      if let name = report.services[index].name {
        report.services[index].name = hide.name(name, "svc")
      }
      report.services[index].fronts = report.services[index].fronts.map { hide.sentence($0) }
    }
    for index in report.sessions.indices { hide.apply(to: &report.sessions[index]) }
    for index in report.findings.indices { hide.apply(to: &report.findings[index]) }
    report.numberFindings()
    for index in report.incidents.indices {
      report.incidents[index].service = report.incidents[index].service.map { hide.name($0, "svc") }
      report.incidents[index].node = report.incidents[index].node.map { hide.name($0, "node") }
      report.incidents[index].summary = hide.sentence(report.incidents[index].summary)
    }
    for index in report.undetermined.indices {
      let item = report.undetermined[index]
      report.undetermined[index].service = item.service.map { hide.name($0, "svc") }
      report.undetermined[index].client = item.client.map { hide.sentence($0) }
      report.undetermined[index].needs = hide.sentence(item.needs)
    }
    for index in report.contradictions.indices { hide.apply(to: &report.contradictions[index]) }
    for index in report.blindSpots.indices {
      report.blindSpots[index].location = hide.sentence(report.blindSpots[index].location)
      report.blindSpots[index].effect = hide.sentence(report.blindSpots[index].effect)
    }
    for index in report.services.indices {
      for verdict in report.services[index].verdicts.indices {
        let reason = report.services[index].verdicts[verdict].reason
        report.services[index].verdicts[verdict].reason = hide.sentence(reason)
      }
    }
    report.restoreOrder()
    return report
  }

  /// Names made of a client's address and a time would give the address away to whoever tries them all.
  private mutating func numberFindings() {
    var names: [String: String] = [:]
    for index in incidents.indices {
      names[incidents[index].id] = "I\(index + 1)"
      incidents[index].id = "I\(index + 1)"
    }
    for index in findings.indices {
      names[findings[index].id] = "F\(index + 1)"
      findings[index].id = "F\(index + 1)"
      findings[index].incident = names[findings[index].incident] ?? ""
    }
    for index in incidents.indices {
      incidents[index].findings = incidents[index].findings.compactMap { names[$0] }
    }
  }

  /// What is in order of names and addresses is so again under the new ones.
  private mutating func restoreOrder() {
    capture.nodes.sort { $0.name < $1.name }
    services.sort {
      ($0.name ?? "~", $0.fronts.first ?? "") < ($1.name ?? "~", $1.fronts.first ?? "")
    }
    sessions.sort { ($0.client, $0.front) < ($1.client, $1.front) }
  }
}

extension ClusterEvent {
  public func anonymized(by hide: inout Anonymizer) -> ClusterEvent {
    ClusterEvent(after: after, before: before, text: hide.sentence(text))
  }
}

extension Anonymizer {
  fileprivate mutating func apply(to session: inout Report.Session) {
    session.client = self(session.client)
    session.front = self(session.front)
    session.service = session.service.map { name($0, "svc") }
    for index in session.lostAt.indices {
      session.lostAt[index].node = session.lostAt[index].node.map { name($0, "node") }
    }
    for index in session.placements.indices { apply(to: &session.placements[index]) }
  }

  fileprivate mutating func apply(to placement: inout Report.Placement) {
    placement.backend = self(placement.backend)
    placement.seenSource = self(placement.seenSource)
    placement.pod = placement.pod.map { name($0, "pod") }
    placement.node = placement.node.map { name($0, "node") }
    placement.ingressNode = placement.ingressNode.map { name($0, "node") }
  }

  fileprivate mutating func apply(to contradiction: inout Report.Contradiction) {
    contradiction.service = contradiction.service.map { name($0, "svc") }
    contradiction.client = self(contradiction.client)
    contradiction.front = self(contradiction.front)
    contradiction.node = name(contradiction.node, "node")
    apply(to: &contradiction.placement)
    contradiction.statedPod = contradiction.statedPod.map { name($0, "pod") }
    contradiction.statedSource = contradiction.statedSource.map { self($0) }
    contradiction.because = sentence(contradiction.because)
    for index in contradiction.evidence.indices {
      contradiction.evidence[index].file = name(contradiction.evidence[index].file, "file")
    }
  }

  fileprivate mutating func apply(to finding: inout Report.Finding) {
    finding.service = finding.service.map { name($0, "svc") }
    finding.client = finding.client.map { sentence($0) }
    finding.node = finding.node.map { name($0, "node") }
    if var was = finding.was {
      apply(to: &was)
      finding.was = was
    }
    if var now = finding.now {
      apply(to: &now)
      finding.now = now
    }
    finding.because = finding.because.map { sentence($0) }
    finding.ruledOut = finding.ruledOut.map { Report.RuledOut($0.mode, sentence($0.why)) }
    for index in finding.evidence.indices {
      finding.evidence[index].file = name(finding.evidence[index].file, "file")
      finding.evidence[index].role = sentence(finding.evidence[index].role)
    }
  }
}
