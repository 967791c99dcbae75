/// Which modes were found where which were to be found.
///
/// A mode that a scenario allows counts neither way: it is as true as those that it expects.
struct ConfusionMatrix: Sendable {
  /// By mode expected: how many scenarios expect it, and how many of them have it found.
  private(set) var expected: [String: (scenarios: Int, found: Int)] = [:]
  /// What is off the diagonal: in which scenario which mode was told although nobody expected it, or missed.
  private(set) var mistakes: [String] = []

  mutating func add(
    _ scenario: String,
    expected: Set<String>,
    allowed: Set<String>,
    found: Set<String>
  ) {
    for mode in expected {
      let row = self.expected[mode] ?? (0, 0)
      self.expected[mode] = (row.scenarios + 1, row.found + (found.contains(mode) ? 1 : 0))
    }
    let missed = expected.subtracting(found).sorted()
    let surplus = found.subtracting(expected).subtracting(allowed).sorted()
    for mode in missed {
      let instead = surplus.isEmpty ? "nothing" : surplus.joined(separator: ", ")
      mistakes.append("\(scenario): \(mode) expected, \(instead) found")
    }
    if missed.isEmpty, !surplus.isEmpty {
      mistakes.append("\(scenario): \(surplus.joined(separator: ", ")) found besides")
    }
  }

  /// The diagonal by family, and below it all that is off it, in Markdown as the README has it.
  var markdown: String {
    var lines = ["| | found in, of the scenarios where it happens |", "|---|---|"]
    for (family, title) in [("A", "reshuffle"), ("B", "loss"), ("C", "source")] {
      let modes = expected.keys.filter { $0.hasPrefix(family) }
        .sorted { ($0.count, $0) < ($1.count, $1) }
      let cells = modes.compactMap { mode in
        expected[mode].map { "\(mode)\u{a0}\($0.found)/\($0.scenarios)" }
      }
      lines.append("| \(title) | \(cells.joined(separator: ", ")) |")
    }
    lines.append("")
    lines.append(
      mistakes.isEmpty
        ? "Nothing is off the diagonal: no mode was taken for another, and none was told where it did not happen."
        : "Off the diagonal:\n\n" + mistakes.map { "- \($0)" }.joined(separator: "\n")
    )
    return lines.joined(separator: "\n") + "\n"
  }
}
