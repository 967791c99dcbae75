internal import Correlation
internal import Protocols
internal import Wire

extension ReportBuilder {
  /// Tells what pods confirm and, one by one, what they contradict.
  mutating func describeTestimony() {
    let testimony = stitched.testimony
    report.statements.sessions = testimony.heard
    report.statements.confirmed = testimony.confirmed.keys.count {
      !testimony.placements.contains($0)
    }
    report.statements.contradicted = testimony.placements.count
    report.contradictions = testimony.contradictions.map(described)
  }

  /// Whether a finding rests on a match that a pod contradicts.
  func isDoubted(_ symptom: Symptom) -> Bool {
    symptom.session.map(stitched.testimony.sessions.contains) ?? false
  }

  private func described(_ contradiction: Testimony.Contradiction) -> Report.Contradiction {
    let session = stitched.sessions[contradiction.session]
    let statement = contradiction.statement
    let found = placement(stitched.placements[contradiction.placement])
    let because =
      switch contradiction.kind {
      case .seenSource:
        "the pod says that it saw \(source(statement)); by the match it saw \(found.seenSource)"
      case .pod:
        "the answers come from \(speaker(statement)) by their own word, and from "
          + "\(found.pod ?? "another pod at \(found.backend)") by the match"
      }
    return Report.Contradiction(
      kind: contradiction.kind.rawValue,
      service: serviceName(of: session),
      client: session.client,
      front: session.front,
      node: stitched.nodes[contradiction.node].name,
      at: contradiction.at,
      placement: found,
      statedPod: statement.pod?.text,
      statedSource: statement.seenSource,
      language: statement.language.name,
      because: because + reason(contradiction),
      evidence: evidence(statement)
    )
  }

  private func source(_ statement: PodStatement) -> String {
    statement.seenSource?.description ?? "another"
  }

  private func speaker(_ statement: PodStatement) -> String {
    statement.pod.map { "pod \($0.text)" } ?? statement.server.map { "the pod at \($0)" }
      ?? "another"
  }

  private func reason(_ contradiction: Testimony.Contradiction) -> String {
    contradiction.isSaidAtBackend
      ? "; they say so already on the pod's side of the match: the inventory is of another time, the pod does not tell "
        + "the truth, or addresses are rewritten where no capture shows it"
      : "; legs were joined that do not belong together, or addresses are rewritten where no capture shows it"
  }

  private func evidence(_ statement: PodStatement) -> [Report.Evidence] {
    let files = judge.evidence.settings.files
    guard files.indices.contains(statement.witness.file) else { return [] }
    return [
      Report.Evidence(
        file: files[statement.witness.file],
        frame: statement.witness.frame,
        role: "first answer that says so"
      )
    ]
  }

  /// Pods that call themselves what the inventory calls nobody: no contradiction, yet the names are then not to be
  /// relied on.
  func unknownNames() -> [Report.BlindSpot] {
    let names = stitched.testimony.unknownNames
    guard let first = names.min(by: { $0.key < $1.key }) else { return [] }
    let others = names.count > 1 ? " (and \(names.count - 1) others)" : ""
    return [
      Report.BlindSpot(
        "pod-names",
        at: "inventory",
        "the pod at \(first.key)\(others) calls itself \(first.value.text), a name that the inventory does not have: "
          + "it may be of another time, or the pod was told another name (MY_POD_NAME)"
      )
    ]
  }
}

extension Statement.Language {
  /// As reports name it.
  var name: String {
    switch self {
    case .stun: "stun"
    case .affinityTester: "affinity-tester"
    case .banner: "banner"
    }
  }
}
