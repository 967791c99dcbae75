@testable import Affinity
import CommandLineKit
import Metrics
@testable import Reporting
import TestSupport
import Testing

@Suite struct TextReportTests {
  private func page(_ report: Report, _ layout: TextLayout) -> String {
    var bytes: [UInt8] = []
    writeText(report, layout: layout) { (some: [UInt8]) throws(Never) in bytes += some }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Formats with everything in them, kept in Tests/Golden; `UPDATE_EXPECTED=1` records them anew.
  @Test(arguments: ["80.txt", "160.txt", "xml", "prom"])
  func `the sample is printed as it was agreed on`(kind: String) throws {
    let report = sampleReport()
    let printed =
      switch kind {
      case "80.txt": page(report, TextLayout(width: 80, showsSessions: true))
      case "160.txt": page(report, TextLayout(width: 160, showsSessions: true))
      case "xml": junitReport(report)
      default: prometheusReport(report)
      }
    let path = "\(Program.root)/Tests/Golden/sample.\(kind)"
    if environment("UPDATE_EXPECTED") == "1" {
      let folder = try TemporaryFolder()
      let copy = try folder.write("sample", Array(printed.utf8))
      _ = try Command("cp", [copy, path])
    }
    #expect(printed == (try text(ofFile: path)))
  }

  @Test(
    .enabled(if: Promtool.isInstalled, "promtool is missing: make set-up-test installs it"),
    arguments: [ReportExtent.whole, .window]
  )
  func `Prometheus has nothing to object to`(extent: ReportExtent) throws {
    var page = Exposition()
    page.add(sampleReport(), of: extent)
    page.end()
    #expect(try Promtool.problems(ofMetrics: page.text) == "")
    #expect(try Promtool.problems(ofMetrics: page.text + "stickler_up{ 1\n") != "")
  }

  @Test func `what comes and goes is no counter`() {
    var page = Exposition()
    page.add(sampleReport(), of: .window)
    #expect(page.text.contains("stickler_window_findings{mode=\"A2\",class=\"violation\"} 3\n"))
    #expect(!page.text.contains(" counter\n"))
  }

  /// A change for which a shorter timeout and an emptied table are left as causes.
  private func openReport(questions: Int) -> Report {
    var report = sampleReport()
    report.incidents[0].mode = nil
    report.incidents[0].summary = ""
    for index in report.findings.indices {
      (report.findings[index].mode, report.findings[index].name) = (nil, nil)
      report.findings[index].because = []
    }
    for question in 0..<questions {
      report.undetermined.append(
        Report.Undetermined(
          modes: ["A1", "A\(2 + question)"],
          service: "default/udp-server",
          client: nil,
          at: at(3_500),
          needs: "an inventory (--inventory)"
        )
      )
    }
    return report
  }

  @Test(arguments: [
    (0, "the cause could not be told; what it may be, and what would tell, stands below"),
    (1, "the cause could not be told: A1 or A2; it needs an inventory (--inventory)"),
    (2, "the cause could not be told; what it may be, and what would tell, stands below"),
  ])
  func `an incident without a cause says so, and what would tell`(questions: Int, words: String) {
    let lines = page(openReport(questions: questions), TextLayout(width: 160))
      .split(separator: "\n").map(String.init)
    let title = lines.firstIndex { $0.hasPrefix("  cause undetermined  ") }
    #expect(title.map { lines[$0 + 1] } == "    " + words)
    #expect(!lines.contains { !$0.isEmpty && $0.allSatisfy { $0 == " " } })
  }

  @Test(arguments: [
    (["explained", "violation"], "A2"), (["explained", "source", "loss"], "B1"),
    (["source", "security"], "A2"), (["explained", "source"], "A1"), (["source"], "A1"),
  ])
  func `what is worst is what to look up first`(classes: [String], mode: String) {
    var report = sampleReport()
    let incident = report.incidents[0]
    report.incidents = zip(classes, ["A1", "A2", "B1"]).map { modeClass, mode in
      var copy = incident
      (copy.mode, copy.modeClass) = (mode, modeClass)
      return copy
    }
    #expect(
      page(report, TextLayout(width: 160)).contains("\n`stickler explain \(mode)` tells what")
    )
  }

  @Test func `what fails by the user's word alone is named, and not a promise`() {
    var report = sampleReport()
    report.incidents[0].modeClass = "explained"
    report.forbidden = ["A1"]
    #expect(
      page(report, TextLayout(width: 160)).hasPrefix(
        "FAIL: 1 of 3 promises broken; A1 idle-expiry, which --fail-on forbids\n"
      )
    )
    report.services[0].verdicts.removeFirst()
    report.forbidden = ["A1", "A9"]
    #expect(
      page(report, TextLayout(width: 160)).hasPrefix(
        "FAIL: A1 idle-expiry and A9 affinity-timeout, which --fail-on forbids\n"
      )
    )
    let xml = junitReport(report)
    #expect(xml.contains("failures=\"2\""))
    #expect(xml.contains("message=\"A9 affinity-timeout was found\""))
  }

  @Test(arguments: [60, 80, 100, 160])
  func `nothing is wider than the terminal`(width: Int) {
    let text = page(
      sampleReport(),
      TextLayout(width: width, showsSessions: width >= 80)
    )
    for line in text.split(separator: "\n") where line.displayWidth > width {
      // A path or an address is not broken.
      #expect(line.split(separator: " ").count <= 2, "\(line)")
    }
  }

  @Test func `colour changes nothing but colour`() {
    let plain = page(sampleReport(), TextLayout(showsSessions: true))
    let colored = page(sampleReport(), TextLayout(style: Style(isOn: true), showsSessions: true))
    var stripped = ""
    var isEscape = false
    for character in colored {
      if character == "\u{1b}" { isEscape = true }
      if !isEscape { stripped.append(character) }
      if character == "m" { isEscape = false }
    }
    #expect(colored != plain)
    #expect(stripped == plain)
  }

  @Test(arguments: [
    ("default/s3", "default/s3"), ("\u{1b}[31mred\u{1b}[0m", "\u{1b}[31mred\u{1b}[0m"),
    ("a\u{1b}[2Jb", "a\u{fffd}[2Jb"), ("a\rb\u{7}", "a\u{fffd}b\u{fffd}"),
    ("\u{9b}2J", "\u{fffd}2J"), ("a\u{202e}b", "a\u{fffd}b"), ("größer →", "größer →"),
  ])
  func `no name moves the cursor`(name: String, shown: String) {
    #expect(printable(name) == shown)
  }
}
