internal import Affinity
internal import CommandLineKit
internal import Wire

extension TextPage {
  mutating func add(headlineOf report: Report) {
    let word =
      switch report.verdict {
      case .fail: "FAIL"
      case .pass: "PASS"
      case .inconclusive: "INCONCLUSIVE"
      case .notPromised: "NOTHING PROMISED"
      case nil: "NOT JUDGED"
      }
    let shown = style(report.verdict?.emphasis ?? .dim, style.bold(word))
    paragraph(report.headline, label: shown + ": ", labelWidth: word.count + 2)
    line()
  }

  mutating func add(captureOf report: Report, _ all: SessionTotals.Tally) {
    let capture = report.capture
    let packets = capture.nodes.reduce(0) { $0 + $1.packets }
    var text =
      "\(counted(capture.nodes.count, "node")) (\(names(of: capture.nodes))), "
      + counted(packets, "packet")
    if let from = capture.from, let to = capture.to {
      text += ", \(spelled(to.since(from))) from \(from.day) \(from.clock) UTC"
    }
    fact("captured", text)
    let moved =
      all.moved == 0 ? "none moved" : "\(grouped(all.moved)) moved or changed their seen source"
    fact("sessions", all.sessions == 0 ? "none" : "\(grouped(all.sessions)), of which \(moved)")
    var followed =

      "\(grouped(all.placed)) of \(counted(all.datagrams, "datagram")) to a pod "
      + "(\(percent(all.placed, of: all.datagrams)))"
    if all.lost > 0 { followed += ", \(grouped(all.lost)) lost" }
    if report.matching.ambiguous > 0 {
      followed += ", \(grouped(report.matching.ambiguous)) ambiguous and not guessed"
    }
    fact("followed", followed)
    for spot in report.blindSpots where spot.kind == Report.ignoredModes {
      fact("ignored", spot.effect)
    }
    let stated = report.statements
    guard stated.sessions > 0 else { return }
    var words = "the same of \(counted(stated.confirmed, "placement"))"
    if stated.contradicted > 0 { words += ", another thing of \(grouped(stated.contradicted))" }
    fact("pods say", words)
  }

  private func names(of nodes: [Report.NodeCoverage]) -> String {
    let names = nodes.map(\.name)
    return names.count <= 6
      ? names.joined(separator: ", ") : names.prefix(5).joined(separator: ", ") + ", ..."
  }

  private mutating func fact(_ name: String, _ text: String) {
    paragraph(text, label: style.dim(name) + "  ", labelWidth: name.count + 2)
  }

  mutating func add(undeterminedOf report: Report) {
    guard !report.undetermined.isEmpty else { return }
    heading("COULD NOT BE TOLD APART")
    var groups: [Undecided: (clients: Set<String>, count: Int)] = [:]
    var order: [Undecided] = []
    for item in report.undetermined {
      let key = Undecided(modes: item.modes, needs: item.needs)
      if groups[key] == nil { order.append(key) }
      groups[key, default: ([], 0)].count += 1
      if let client = item.client { groups[key]?.clients.insert(client) }
    }
    for key in order.prefix(Self.most) {
      guard let group = groups[key] else { continue }
      let modes = key.modes.isEmpty ? "cause unknown" : key.modes.joined(separator: " or ")
      let whom =
        group.clients.isEmpty
        ? counted(group.count, "time") : counted(group.clients.count, "client")
      paragraph(
        "\(whom); \(key.needs)",
        label: "  \(style.bold(modes)): ",
        labelWidth: 4 + modes.displayWidth
      )
    }
    if order.count > Self.most { line("  and \(grouped(order.count - Self.most)) more kinds") }
  }

  private struct Undecided: Hashable {
    var modes: [String]
    var needs: String
  }

  mutating func add(blindSpotsOf report: Report) {
    // What was not looked at because nobody wanted it to be stands at the top.
    let spots = report.blindSpots.filter { $0.kind != Report.ignoredModes }
    guard !spots.isEmpty else { return }
    heading("BLIND SPOTS")
    for spot in spots {
      paragraph("\(spot.location): \(spot.effect)", label: "  ", labelWidth: 4)
    }
  }

  mutating func add(adviceOn report: Report, _ all: SessionTotals.Tally) {
    var advice: [String] = []
    if let mode = report.worstMode {
      advice.append("`stickler explain \(mode)` tells what \(mode) is and what to do about it.")
    }
    if !layout.showsSessions, all.sessions > 0 {
      advice.append("--sessions lists every session; --html FILE draws them.")
    }
    guard !advice.isEmpty else { return }
    line()
    for text in advice { for part in wrapped(text, to: layout.width) { line(style.dim(part)) } }
  }

  /// How many of anything are told one by one.
  static var most: Int { 20 }
}
