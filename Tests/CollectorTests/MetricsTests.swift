import Affinity
import Agent
import Collector
import Exchange
import JSONText
import Reporting
import System
import TestSupport
import Testing
import Wire

/// What Prometheus is told, and what is made of it.
struct MetricsTests {
  private static let folder = "\(Program.root)/k8s/stickler/monitoring"

  @Test(.enabled(if: Promtool.isInstalled, "promtool is missing: make set-up-test installs it"))
  func `Prometheus has nothing to object to`() throws {
    for served in [try ServedReport(ServedReport.report()), try ServedReport(nil)] {
      let answer = try served.get("/metrics")
      #expect(answer.type == "text/plain; version=0.0.4; charset=utf-8")
      #expect(try Promtool.problems(ofMetrics: answer.body + "\n") == "")
    }
  }

  @Test func `metrics tell counts, and no client`() throws {
    let report = try ServedReport.report()
    let lines = Set(
      try ServedReport(report).get("/metrics").body.split(separator: "\n").map(String.init)
    )
    for line in [
      "stickler_window_sessions{service=\"default/udp-server\"} 12",
      "stickler_window_findings{mode=\"A2\",class=\"violation\"} 12",
      "stickler_verdict{verdict=\"fail\"} 1",
      "stickler_nodes{presence=\"current\"} 1",
      "stickler_nodes{presence=\"away\"} 1",
      "stickler_node_frames_total{node=\"n1\"} 120",
      "stickler_node_watermark_timestamp_seconds{node=\"n1\"} 1795220481.0",
      "stickler_collector_refused_total{reason=\"wrong token\"} 2",
      "stickler_report_effort_seconds 0.007",
      "stickler_inventory_is_current 1",
      "stickler_http_connections 1",
    ] {
      #expect(lines.contains(line), "\(line)")
    }
    for session in report.sessions {
      let address = session.client.address.description
      #expect(!lines.contains { $0.contains(address) })
    }
  }

  @Test(arguments: ["rules.yaml", "dashboard.json"])
  func `every metric that is looked at is told`(file: String) throws {
    let looked = try text(ofFile: "\(Self.folder)/\(file)").matches(of: /stickler_[a-z_]+/)
      .map { String($0.output) }
    // A group of rules has no more than the name.
    #expect(Set(looked).count > 10)
    var agent = AgentHealth(node: "n1", began: ServedReport.start)
    agent.exporter = ExporterHealth()
    let pages =
      try ServedReport(ServedReport.report()).get("/metrics").body + "\n"
      + agent.metrics(at: .now())
    let told = pages.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
      .map { $0.split(separator: " ")[2] }
    for name in Set(looked) { #expect(told.contains(name[...]), "\(file): \(name)") }
  }

  @Test(.enabled(if: Promtool.isInstalled, "promtool is missing: make set-up-test installs it"))
  func `Prometheus takes the rules`() throws {
    let object = try text(ofFile: "\(Self.folder)/rules.yaml")
    // What the operator takes out of its object.
    let spec = try #require(object.firstRange(of: "\nspec:\n"))
    let rules = object[spec.upperBound...].split(separator: "\n").map { $0.dropFirst(2) + "\n" }
    let folder = try TemporaryFolder()
    let file = try folder.write("rules.yaml", Array(rules.joined().utf8))
    let check = try Command("promtool", ["check", "rules", file])
    #expect(check.output.contains("SUCCESS: 14 rules found"))
    #expect(check.status == 0, "\(check.output)")
  }

  @Test func `the dashboard has panels that stand side by side`() throws {
    let dashboard = try JSONValue(text(ofFile: "\(Self.folder)/dashboard.json"))
    var taken: Set<[Int]> = []
    let panels = dashboard["panels"]?.array ?? []
    #expect(panels.count > 10)
    #expect(Set(panels.compactMap { $0["id"]?.double }).count == panels.count)
    for panel in panels {
      let place = ["x", "y", "w", "h"].map { Int(panel["gridPos"]?[$0]?.double ?? -1) }
      #expect(place[0] + place[2] <= 24)
      for x in place[0]..<(place[0] + place[2]) {
        for y in place[1]..<(place[1] + place[3]) {
          #expect(taken.insert([x, y]).inserted, "\(panel["title"]?.string ?? "")")
        }
      }
    }
  }
}
