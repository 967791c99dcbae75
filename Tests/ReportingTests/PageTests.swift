@testable import Affinity
import CommandLineKit
@testable import Reporting
import TestSupport
import Testing
import Wire

@Suite struct PageTests {
  /// Whether a real browser can be driven here.
  static let hasBrowser =
    Command.path(of: "chromium") != nil
    && (try? Command(python, ["-c", "import playwright"]).status) == 0

  /// What the set-up installed the browser's driver for.
  static let python = "\(Program.root)/.build/browser/bin/python3"

  private func page(_ report: Report, most: Int = 20_000) -> [UInt8] {
    var bytes: [UInt8] = []
    let events = [
      ClusterEvent(after: at(2_000), before: at(2_500), text: "default/s4 joined <b>default</b>")
    ]
    writeHTML(report, events: events, most: most) { (some: [UInt8]) throws(Never) in bytes += some }
    return bytes
  }

  private func json(_ report: Report) -> [UInt8] {
    var bytes: [UInt8] = []
    writeJSON(report) { (some: [UInt8]) throws(Never) in bytes += some }
    return bytes
  }

  @Test func `no name of a report becomes markup`() {
    let text = String(decoding: page(sampleReport()), as: UTF8.self)
    #expect(text.contains("web/\\u003cscript>alert(1)\\u003c/script>"))
    #expect(!text.contains("<script>alert"))
    #expect(!text.contains("<b>default"))
    // The page's own, and no other.
    #expect(text.split(separator: "<script").count == 4)
  }

  @Test func `the page asks for nothing from anywhere`() {
    let text = String(decoding: page(sampleReport()), as: UTF8.self)
    #expect(text.contains("default-src 'none'"))
    for word in ["http:", "https:", "//cdn", "@import", "url("] { #expect(!text.contains(word)) }
  }

  @Test func `a page of too many sessions keeps those that moved, and the totals of all`() {
    let report = largeReport(sessions: 3_000)
    let text = String(decoding: page(report, most: 1_000), as: UTF8.self)
    let moved = report.sessions.filter { $0.placements.count > 1 }
    #expect(moved.count == 300)
    for session in moved { #expect(text.contains("\"client\":\"\(session.client)\"")) }
    #expect(text.split(separator: "\"lost_at\"").count == 1_001)
    #expect(text.contains("\"sessions\":3000,\"moved\":300"))
  }

  @Test(.enabled(if: hasBrowser), arguments: ["sample", "flush", "10000", "nothing"])
  func `a browser shows the report's numbers, and its clicks and keys work`(name: String) throws {
    let folder = try TemporaryFolder()
    let html: String
    let report: String
    if name == "flush" {
      let words = "analyze captures/iptables-hostgw-flush -i captures/iptables-hostgw-flush"
      (html, report) = ("\(folder.path)/page.html", "\(folder.path)/report.json")
      _ = try Program.run("\(words) --html \(html) -f json -o \(report)")
    } else {
      let value =
        switch name {
        case "sample": sampleReport()
        case "nothing": Report()
        default: largeReport(sessions: 10_000)
        }
      html = try folder.write("page.html", page(value))
      report = try folder.write("report.json", json(value))
    }
    let check = try Command(Self.python, ["\(Program.root)/scripts/check-page.py", html, report])
    #expect(check.output == "")
    #expect(check.status == 0)
  }
}

/// Many clients on a few addresses; every tenth session moves when a node is flushed.
func largeReport(sessions count: Int) -> Report {
  var report = sampleReport()
  report.sessions = (0..<count).map { index in
    let client = Endpoint(
      IPAddress(v4: 0xcb00_7100 + UInt32(index * 7 % 200)),
      UInt16(1_024 + index * 7 / 200)
    )
    let begin = Int64(index % 50) * 60
    func placement(_ pod: Int, _ from: Int64, _ to: Int64) -> Report.Placement {
      Report.Placement(
        backend: Endpoint(IPAddress(v4: 0x0af4_0102 + UInt32(pod)), 20_001),
        pod: "shop/checkout-\(pod)",
        node: "n\(pod % 4 + 1)",
        ingressNode: "n1",
        seenSource: Endpoint(IPAddress(v4: 0xc0a8_630b), client.port),
        from: at(from),
        to: at(to),
        datagrams: 10,
        confidence: 1
      )
    }
    let placements =
      index.isMultiple(of: 10)
      ? [placement(index % 17, begin, 3_990), placement(index % 13, 4_000, 7_900)]
      : [placement(index % 17, begin, 7_900 - begin)]
    return Report.Session(
      client: client,
      front: Endpoint(IPAddress(v4: 0xc633_6407), 20_001),
      service: "shop/checkout",
      datagrams: 10 * placements.count,
      placed: 10 * placements.count,
      ambiguous: 0,
      lost: 0,
      replies: 0,
      placements: placements
    )
  }
  .sorted { ($0.client, $0.front) < ($1.client, $1.front) }
  return report
}
