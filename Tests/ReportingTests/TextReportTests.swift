@testable import Affinity
import CommandLineKit
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
