internal import Affinity
internal import CommandLineKit
internal import Wire

extension TextPage {
  mutating func add(incidentsOf report: Report) {
    guard !report.incidents.isEmpty else { return }
    heading("WHAT HAPPENED")
    var findings: [String: Report.Finding] = [:]
    // In order of time, but what breaks a promise first.
    let shown =
      (report.incidents.filter { $0.modeClass != "explained" }
      + report.incidents.filter { $0.modeClass == "explained" }).prefix(Self.most)
    let wanted = Set(shown.compactMap(\.findings.first))
    for finding in report.findings where wanted.contains(finding.id) {
      findings[finding.id] = finding
    }
    for incident in shown {
      add(incident, example: incident.findings.first.flatMap { findings[$0] }, of: report)
    }
    let rest = report.incidents.count - shown.count
    if rest > 0 { line("  and \(grouped(rest)) more (--format json has them all)") }
  }

  private mutating func add(
    _ incident: Report.Incident,
    example: Report.Finding?,
    of report: Report
  ) {
    let mode = incident.mode ?? "cause undetermined"
    let name = example?.name.map { " \($0)" } ?? ""
    var traits = [incident.modeClass]
    if incident.origin != "cluster" { traits.append("by the \(incident.origin)") }
    if let service = incident.service { traits.append(service) }
    if let node = incident.node { traits.append("on \(node)") }
    let emphasis: Style.Emphasis = incident.modeClass == "explained" ? .cyan : .red
    paragraph(
      traits.joined(separator: ", "),
      label: "  \(style(emphasis, mode + name))  ",
      labelWidth: 4 + (mode + name).displayWidth
    )
    var summary = incident.summary[...]
    if let name = example?.name, summary.hasPrefix("\(name): ") {
      summary = summary.dropFirst(name.count + 2)
    }
    let words = summary.isEmpty ? report.openQuestion(incident, example) : String(summary)
    if !words.isEmpty { paragraph(words, indentedBy: 4) }
    let size =
      incident.summary.hasSuffix("findings)")
      ? "" : counted(incident.findings.count, "finding") + ", "
    let time =
      incident.from.clock == incident.to.clock
      ? "at \(incident.from.clock)" : "from \(incident.from.clock) to \(incident.to.clock)"
    paragraph("\(size)\(time)", indentedBy: 4)
    if let example { add(example, besides: incident.summary) }
  }

  private mutating func add(_ finding: Report.Finding, besides summary: String) {
    if let was = finding.was, let now = finding.now {
      let client = finding.client.map { "\($0): " } ?? ""
      paragraph("e.g. \(client)\(was.summary) became \(now.summary)", label: "    ", labelWidth: 6)
    } else if let client = finding.client {
      paragraph("e.g. \(client)", indentedBy: 4)
    }
    for reason in finding.because where !summary.contains(reason) {
      paragraph(reason, label: "    - ", labelWidth: 6)
    }
    if !finding.evidence.isEmpty {
      paragraph("see " + words(for: finding.evidence), label: "    ", labelWidth: 6)
    }
  }

  /// `n1.pcap: frame 757 (last datagram to default/s1), frame 811 (first ...); n2.pcap: ...`.
  private func words(for evidence: [Report.Evidence]) -> String {
    var files: [String] = []
    for one in evidence.prefix(4) where !files.contains(one.file) { files.append(one.file) }
    return files.map { file in
      let frames = evidence.prefix(4).filter { $0.file == file }
        .map { "frame \($0.frame) (\($0.role))" }
      return "\(file): \(frames.joined(separator: ", "))"
    }
    .joined(separator: "; ")
  }
}

extension Report {
  /// The mode that most wants to be looked up: the first that broke a promise, else the first of the catalogue.
  var worstMode: String? {
    let broken = incidents.first {
      $0.mode != nil && ["violation", "loss", "security"].contains($0.modeClass)
    }
    return broken?.mode ?? incidents.compactMap(\.mode).min()
  }

  /// What is to be said of an incident without a cause: what it may be, and what would tell.
  fileprivate func openQuestion(_ incident: Incident, _ example: Finding?) -> String {
    guard incident.mode == nil else { return "" }
    let questions = undetermined.filter {
      $0.service == incident.service && ($0.client == nil || $0.client == example?.client)
    }
    guard let question = questions.first, questions.count == 1 else {
      return "the cause could not be told; what it may be, and what would tell, stands below"
    }
    let modes = question.modes.joined(separator: " or ")
    return "the cause could not be told: \(modes); it needs \(question.needs)"
  }
}

extension Report.Placement {
  /// `default/s3 seeing 192.168.99.11:42038`.
  var summary: String { "\(pod ?? backend.description) seeing \(seenSource)" }
}
