import Affinity
import Collector
import HTTPService
import JSONText
import Reporting
import System
import TestSupport
import Wire

/// A collector's API over a report of a recording, without agents, on a port of its own.
final class ServedReport {
  static let recording = "\(Program.root)/captures/A2-proxy-restart-flush/expected-report.json"
  static let start = Timestamp(nanoseconds: 1_795_220_481_000_000_000)

  let state: Locked<CollectorState>
  let service: CollectorService

  /// Nil for a collector that has made no report yet.
  init(_ report: Report?, database: String? = nil) throws {
    var state = CollectorState(started: Self.start)
    state.latest = report.map { Self.made($0, 1) }
    var node = NodeState(name: "n1")
    (node.presence, node.watermark, node.frames, node.dropped) = (.current, Self.start, 120, 3)
    node.evidenceRingBytes = 64 << 20
    state.nodes = [node, NodeState(name: "n9")]
    state.counts.refused = ["wrong token": 2]
    state.inventory = InventoryAge(confirmedAt: Self.start, isCurrent: true)
    let shared = Locked(state)
    self.state = shared
    let endpoint = Endpoint(IPAddress(v4: 0x7f00_0001), 0)
    service = try CollectorService(
      at: endpoint,
      access: HTTPAccess(at: endpoint, token: nil),
      database: database
    ) { shared.withLock { $0 } }
  }

  deinit { service.stop() }

  static func report() throws -> Report {
    try StoredReport(json: Array(try text(ofFile: recording).utf8)).report
  }

  static func made(_ report: Report, _ number: UInt64) -> MadeReport {
    MadeReport(
      report,
      clusterEvents: [],
      number: number,
      madeAt: start + .seconds(Int64(number)),
      effort: .milliseconds(7)
    )
  }

  /// What curl gets: the status, the media type, the tag and the body.
  func get(_ path: String, _ options: [String] = []) throws -> (
    status: Int, type: String, tag: String, body: String
  ) {
    let format = "\n%{http_code}\n%{content_type}\n%header{etag}"
    let words =
      ["-s", "-g", "--max-time", "20", "-w", format] + options
      + ["http://\(service.endpoint)\(path)"]
    var lines = try Command("curl", words).output
      .split(separator: "\n", omittingEmptySubsequences: false)
    let end = lines.suffix(3).map(String.init)
    lines.removeLast(3)
    return (Int(end[0]) ?? 0, end[1], end[2], lines.joined(separator: "\n"))
  }

  func json(_ path: String) throws -> JSONValue { try JSONValue(try get(path).body) }
}
