extension Report {
  /// Says what the user's own wishes made of the report: which modes failed it, and what it leaves out.
  mutating func note(_ judge: Judge) {
    let found = Set(judge.findings.compactMap(\.mode?.id))
    let forbidden = judge.evidence.settings.failingModes.intersection(found)
    self.forbidden = Catalogue.inOrder.map(\.id).filter(forbidden.contains)
    let ignored = Catalogue.inOrder.compactMap { mode in
      judge.ignored[mode.id].map { count in
        "\(mode.id) \(mode.name) (\(counted(count, "finding")))"
      }
    }
    guard !ignored.isEmpty else { return }
    blindSpots.append(
      BlindSpot(
        Self.ignoredModes,
        at: "report",
        "\(ignored.joined(separator: ", ")), neither told nor judged, as --ignore asks"
      )
    )
  }

  /// The kind of blind spot that the user asked for.
  public static let ignoredModes = "ignored-modes"
}
