internal import Affinity
internal import CommandLineKit

extension TextPage {
  mutating func add(servicesOf report: Report, _ totals: SessionTotals) {
    guard !report.services.isEmpty else { return }
    heading("SERVICES")
    for service in report.services.prefix(Self.most) { add(service, totals) }
    let rest = report.services.count - Self.most
    if rest > 0 {
      line("  and \(counted(rest, "more", plural: "more")) (--format json has them all)")
    }
  }

  private mutating func add(_ service: Report.ServiceReport, _ totals: SessionTotals) {
    let fronts = service.fronts.prefix(3).joined(separator: ", ")
    let more = service.fronts.count > 3 ? " and \(service.fronts.count - 3) more" : ""
    let title = service.name ?? fronts + more
    var traits: [String] = []
    if service.name != nil { traits.append(fronts + more) }
    if let policy = service.externalTrafficPolicy { traits.append("policy \(policy)") }
    if let affinity = service.sessionAffinity {
      let timeout = service.timeoutSeconds.map { " for \(grouped($0)) s" } ?? ""
      traits.append("affinity \(affinity)\(timeout)")
    }
    line("  " + style.bold(title))
    if !traits.isEmpty { paragraph(traits.joined(separator: ", "), indentedBy: 4) }
    paragraph(summary(totals.tally(ofFronts: service.fronts)), indentedBy: 4)
    for verdict in service.verdicts { add(verdict) }
  }

  private func summary(_ tally: SessionTotals.Tally) -> String {
    var text = "\(counted(tally.sessions, "session")), \(counted(tally.datagrams, "datagram"))"
    text += ", \(grouped(tally.placed)) placed"
    if tally.moved > 0 { text += "; \(counted(tally.moved, "session")) moved" }
    if tally.lost > 0 { text += "; \(counted(tally.lost, "datagram")) lost" }
    return text
  }

  private mutating func add(_ verdict: Report.ExpectationVerdict) {
    let word = verdict.verdict.word.padded(to: 12)
    let name = verdict.expectation.padded(to: 18)
    let label = "    \(style(verdict.verdict.emphasis, word))  \(name)  "
    paragraph(verdict.reason, label: label, labelWidth: 38)
  }
}
