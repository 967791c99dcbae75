import JSONText
import TestSupport
import Testing

/// The recordings of real kube-proxies and the reports that they must give, byte for byte.
///
/// `UPDATE_EXPECTED=1 swift test --filter GoldenReportTests` records them anew; `git diff` then shows what changed.
@Suite(.serialized) struct GoldenReportTests {
  static let cases = [
    "iptables-hostgw-cluster", "iptables-hostgw-delete-pod", "iptables-hostgw-flush",
    "iptables-hostgw-heartbeats", "iptables-hostgw-local", "iptables-hostgw-v6-cluster",
    "nftables-vxlan-blackhole", "nftables-vxlan-cluster", "nftables-vxlan-fragments",
    "nftables-vxlan-lb-rebalance", "nftables-vxlan-no-local",
  ]

  @Test(arguments: cases, ["json", "text", "junit"])
  func `each recording gives its report`(name: String, format: String) throws {
    let folder = "captures/\(name)"
    let ending = ["text": "txt", "junit": "xml"][format] ?? format
    let expected = "\(Program.root)/\(folder)/expected-report.\(ending)"
    let words =
      "analyze \(folder)/n1.pcap \(folder)/n2.pcap \(folder)/n3.pcap -i \(folder) -f \(format)"
    let run = try Program.run(words)
    #expect(run.errors == "")
    if environment("UPDATE_EXPECTED") == "1" {
      _ = try Program.run("\(words) -o \(expected)")
    }
    #expect(
      run.output == (try text(ofFile: expected)),
      "stickler \(words) differs from \(expected)"
    )
  }

  @Test func `neither the order of the files nor another run changes a byte`() throws {
    let folder = "captures/iptables-hostgw-flush"
    let first = try Program.run(
      "analyze \(folder)/n1.pcap \(folder)/n2.pcap \(folder)/n3.pcap -f json"
    )
    #expect(first.output.contains("stickler.report/1"))
    for order in ["n3 n1 n2", "n2 n3 n1", "n1 n2 n3"] {
      let files = order.split(separator: " ").map { "\(folder)/\($0).pcap" }
      let again = try Program.run("analyze \(files.joined(separator: " ")) -f json")
      #expect(again.output == first.output)
    }
  }

  @Test(arguments: cases)
  func `every report keeps to its schema`(name: String) throws {
    let report = "\(Program.root)/captures/\(name)/expected-report.json"
    #expect(try Schema().problems(of: JSONValue(text(ofFile: report))) == [])
    guard Schema.hasValidator else { return }
    let validation = try Command("python3", ["-c", Schema.script, Schema.path, report])
    #expect(validation.output == "")
    #expect(validation.status == 0)
  }

  @Test func `the README shows what the program prints`() throws {
    let report = try text(
      ofFile: "\(Program.root)/captures/iptables-hostgw-flush/expected-report.txt"
    )
    #expect(!report.isEmpty)
    #expect(try text(ofFile: "\(Program.root)/README.md").contains(report))
  }
}
