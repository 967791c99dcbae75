import Affinity
import Cluster
import Collector
import Correlation
import Exchange
import JSONText
import Replay
import Reporting
import TestSupport
import Testing
import Wire

/// A folder of `captures/`, and what its nodes observe.
struct Recording {
  let name: String
  let nodes: [String]
  private(set) var snapshots: [ClusterSnapshot] = []
  let inventory: ClusterHistory
  var observations: [[Observation]] = []
  var summaries: [NodeSummary] = []
  var settings = ClusterAnalyst.Settings()

  init(_ name: String) throws {
    self.name = name
    let folder = "\(Program.root)/captures/\(name)"
    nodes = ["n1", "n2", "n3"]
    let captures = nodes.map { NodeCapture(name: $0, files: ["\(folder)/\($0).pcap"]) }
    var told: [[Observation]] = [[], [], []]
    summaries = replay(captures) { node, batch in told[node] += batch.observations }
    // What crosses a network has no numbers.
    observations = told.map { $0.map(\.withoutNumbers) }
    for file in ["cluster.json", "cluster-after.json"] {
      let text = try TestSupport.text(ofFile: "\(folder)/\(file)")
      guard !text.isEmpty else { continue }
      snapshots.append(try ClusterSnapshot(reading: Array(text.utf8), named: file))
    }
    inventory = ClusterHistory(snapshots)
    settings.files = nodes.map { "captures/\(name)/\($0).pcap" }
  }

  func tally(_ node: Int) -> NodeTally {
    let summary = summaries[node]
    var tally = NodeTally(
      name: nodes[node],
      frames: summary.counts,
      dropped: summary.dropped,
      matching: summary.matching,
      orphans: summary.orphans
    )
    if let began = summary.began, let ended = summary.ended {
      tally.moments = min(began, ended)...max(began, ended)
    }
    return tally
  }

  /// What `analyze` prints of it, without the names of its files.
  func expected() throws -> String {
    let folder = "captures/\(name)"
    let files = nodes.map { "\(folder)/\($0).pcap" }.joined(separator: " ")
    return try Program.run("analyze \(files) -i \(folder) -f json").output
  }

  static func text(_ report: Report) -> String {
    var bytes: [UInt8] = []
    writeJSON(report) { bytes += $0 }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension Observation {
  var withoutNumbers: Self {
    guard case .run(var run) = self else { return self }
    run.numbers = nil
    return .run(run)
  }

  /// How a run was some time before it ended.
  var earlier: Run? {
    guard case .run(var run) = self, run.forward.datagrams > 1 else { return nil }
    run.forward.datagrams = 1
    run.forward.matched = min(run.forward.matched, 1)
    run.forward.last = run.forward.first
    run.reverse = Run.Stretch()
    return run
  }
}
