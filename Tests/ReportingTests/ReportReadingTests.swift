@testable import Affinity
import JSONText
import Reporting
import TestSupport
import Testing
import Wire

/// A report that was written as JSON and read again says the same in every format.
@Suite struct ReportReadingTests {
  private static func pages(_ report: Report, _ events: [ClusterEvent]) -> [[UInt8]] {
    var (json, text, html): ([UInt8], [UInt8], [UInt8]) = ([], [], [])
    writeJSON(report) { json += $0 }
    writeText(report, layout: TextLayout(showsSessions: true)) { text += $0 }
    writeHTML(report, events: events) { html += $0 }
    return [
      json, text, html, Array(junitReport(report).utf8), Array(prometheusReport(report).utf8),
    ]
  }

  @Test(arguments: GoldenReportTests.cases)
  func `the reports of the recordings are written again as they were`(name: String) throws {
    let path = "\(Program.root)/captures/\(name)/expected-report.json"
    let text = try text(ofFile: path)
    let stored = try StoredReport(json: Array(text.utf8))
    var again: [UInt8] = []
    writeJSON(stored.report) { again += $0 }
    #expect(String(decoding: again, as: UTF8.self) == text)
    #expect(stored.report.sessions.count > 0)
  }

  @Test(arguments: 0..<UInt64(200))
  func `whatever is in a report, every format prints it as before`(seed: UInt64) throws {
    var random = SplitMix64(state: seed)
    let report = changed(sampleReport(), &random)
    let events = [
      ClusterEvent(after: at(10), before: nil, text: "default/s1 \"left\""),
      ClusterEvent(after: nil, before: at(20), text: word(&random)),
    ]
    let stored = try StoredReport(json: StoredReport(report, events: events).json)
    #expect(stored.events == events)
    #expect(Self.pages(stored.report, stored.events) == Self.pages(report, events))
  }

  @Test func `of a text that is cut nothing is believed`() throws {
    let bytes = StoredReport(sampleReport(), events: []).json
    let ending = bytes.count - 1
    for count in stride(from: 0, to: ending, by: 97) {
      #expect(throws: JSONError.self) { try StoredReport(json: Array(bytes[..<count])) }
    }
  }

  @Test(arguments: [
    ("{}", "missing, and needed"), ("[]", "expected an object, found an array"),
    (#"{"schema": "stickler.report/2"}"#, "expected stickler.report/1"),
    (#"{"schema": "stickler.report/1", "verdict": "maybe"}"#, "expected a verdict"),
    (
      #"{"schema": "stickler.report/1", "sessions": [{"front": "192.0.2.1:53"}]}"#,
      "missing, and needed"
    ),
  ])
  func `what is no report is refused with its reason`(text: String, reason: String) {
    let error = #expect(throws: JSONError.self) { try StoredReport(json: Array(text.utf8)) }
    #expect(error?.reason.description == reason)
  }

  /// The report with some of its values others, or unknown.
  private func changed(_ report: Report, _ random: inout SplitMix64) -> Report {
    var report = report
    let verdicts: [Report.Verdict?] = [nil, .pass, .fail, .inconclusive, .notPromised]
    report.verdict = verdicts.randomElement(using: &random) ?? nil
    report.forbidden = [[], ["A5"], ["A2", "C1"]].randomElement(using: &random) ?? []
    for index in report.capture.nodes.indices where Bool.random(using: &random) {
      report.capture.nodes[index].name = word(&random)
      report.capture.nodes[index].dropped = Bool.random(using: &random) ? nil : 3
      report.capture.nodes[index].clockOffset = Interval(
        nanoseconds: .random(in: -5_000_000_000...5_000_000_000, using: &random)
      )
    }
    if Bool.random(using: &random) { report.capture.from = nil }
    for index in report.sessions.indices where Bool.random(using: &random) {
      report.sessions[index].service = Bool.random(using: &random) ? nil : word(&random)
      report.sessions[index].datagrams = .random(in: 0...1 << 40, using: &random)
      for place in report.sessions[index].placements.indices {
        report.sessions[index].placements[place].pod = Bool.random(using: &random) ? nil : "a/b"
        report.sessions[index].placements[place].confidence =
          Double(Int.random(in: 0...10_000, using: &random)) / 10_000
      }
    }
    for index in report.findings.indices where Bool.random(using: &random) {
      report.findings[index].mode = Bool.random(using: &random) ? nil : "B7"
      report.findings[index].because = [word(&random), ""]
      report.findings[index].was = nil
      report.findings[index].evidence = []
      report.findings[index].client = nil
    }
    if Bool.random(using: &random) { report.incidents = [] }
    if Bool.random(using: &random) { report.contradictions = [] }
    return report
  }

  /// Something that JSON has to escape, now and then.
  private func word(_ random: inout SplitMix64) -> String {
    let parts = ["n1", "\"", "\\", "\n", "é", "\u{1f980}", "</script>", "\u{7}", "default/s1", ""]
    return (0..<3).map { _ in parts.randomElement(using: &random) ?? "" }.joined()
  }
}
