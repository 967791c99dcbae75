public import Wire

extension Report {
  /// What it says of some services, and of some of their promises, with the verdict that follows from that alone.
  ///
  /// Where `expectations` are given, nothing else is judged, and one that nobody promised there could not be seen.
  public func narrowed(
    toNames names: Set<String>,
    fronts: Set<Endpoint>,
    expectations: Set<Expectation>
  ) -> Report {
    let fronts = Set(fronts.map { "\($0)/udp" })
    let isNarrow = !names.isEmpty || !fronts.isEmpty
    let asked = Set(expectations.map(\.rawValue))
    guard isNarrow || !asked.isEmpty else { return self }
    func isMeant(_ name: String?) -> Bool { !isNarrow || name.map(kept.contains) == true }
    var narrow = self
    narrow.services = services.filter { service in
      !isNarrow || service.name.map(names.contains) == true
        || !fronts.isDisjoint(with: service.fronts)
    }
    let kept = Set(narrow.services.compactMap(\.name))
    for index in narrow.services.indices where !asked.isEmpty {
      narrow.services[index].verdicts.removeAll { !asked.contains($0.expectation) }
    }
    narrow.sessions = sessions.filter {
      isMeant($0.service) || fronts.contains("\($0.front)/udp")
    }
    narrow.findings = findings.filter { isMeant($0.service) }
    let incidents = Set(narrow.findings.map(\.incident))
    narrow.incidents = self.incidents.filter { incidents.contains($0.id) }
    if verdict != nil { narrow.verdict = narrow.followingVerdict(isAsked: !asked.isEmpty) }
    return narrow
  }

  /// As the whole report's verdict is made: a broken promise, else one that could not be seen, else a pass.
  private func followingVerdict(isAsked: Bool) -> Verdict {
    let all = services.flatMap(\.verdicts).map(\.verdict)
    let breaks = findings.contains { ["violation", "loss", "security"].contains($0.modeClass) }
    if all.contains(.fail) || !isAsked && breaks { return .fail }
    if all.contains(.inconclusive) || all.allSatisfy({ $0 == .notPromised }) {
      return .inconclusive
    }
    return .pass
  }
}
