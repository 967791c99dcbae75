internal import Affinity
internal import CommandLineKit
internal import Wire

extension TextPage {
  /// What pods say against the report stands before all that the report says.
  mutating func add(contradictionsOf report: Report) {
    guard !report.contradictions.isEmpty else { return }
    line(style.red(style.bold("CONTRADICTED BY THE PODS THEMSELVES")))
    paragraph(
      "\(counted(report.statements.contradicted, "placement")) of this report cannot be right: judge nothing by them.",
      indentedBy: 2
    )
    for contradiction in report.contradictions.prefix(Self.most) { add(contradiction) }
    let rest = report.contradictions.count - Self.most
    if rest > 0 { line("  and \(grouped(rest)) more (--format json has them all)") }
    line()
  }

  private mutating func add(_ contradiction: Report.Contradiction) {
    let whom = "\(contradiction.client) > \(contradiction.front)"
    line("  " + style.red(whom))
    paragraph(contradiction.because, indentedBy: 4)
    var place = "at \(contradiction.at.clock) on \(contradiction.node)"
    for evidence in contradiction.evidence {
      place += ", see \(evidence.file) frame \(evidence.frame)"
    }
    paragraph(place, indentedBy: 4)
  }
}
