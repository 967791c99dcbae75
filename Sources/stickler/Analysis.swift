import Affinity
import Cluster
import Correlation
import LiveCapture
import Replay

/// From captures to a report: reads every node, observes it, and analyses them together.
struct Analysis {
  var nodes: [NodeFiles]
  /// Those whose name is the user's own word.
  var named: Set<String> = []
  var inventory: ClusterHistory?
  var filter: FilterSet?
  var settings = ClusterAnalyst.Settings()
  var observer = NodeObserver.Settings()

  /// What came of it: the report, and what is to be said of the files.
  struct Outcome {
    var report: Report
    var summaries: [NodeSummary]
  }

  func run(progress: (ReplayProgress) -> Void) -> Outcome {
    var settings = settings
    // As the reader calls them.
    settings.files = nodes.flatMap(\.paths).map { $0 == "-" ? "standard input" : $0 }
    var analyst = ClusterAnalyst(inventory: inventory, settings: settings)
    var votes = nodes.map { isNamed($0.node) ? nil : inventory.map(NodeVotes.init) }
    // The nodes that were seen at all, in order: one whose files could not be read covers nothing.
    var seen: [Int] = []
    let captures = nodes.map { NodeCapture(name: $0.node, files: $0.paths) }
    let summaries = replay(captures, filter: filter, settings: observer, progress: progress) {
      node,
      observations in
      votes[node]?.add(observations)
      if seen.last != node { seen.append(node) }
      analyst.add(observations, from: seen.count - 1)
    }
    seen += summaries.indices.filter { index in
      !seen.contains(index)
        && (summaries[index].counts.frames > 0 || summaries[index].failures.isEmpty)
    }
    let names = names(by: votes.map { $0?.name })
    let observed = seen.map { ObservedNode(summaries[$0], name: names[$0]) }
    var report = analyst.report(of: observed)
    for node in seen { report.add(summaries[node].interfaceLosses, at: names[node]) }
    return Outcome(report: report, summaries: summaries)
  }

  /// Whether the user, or a file named as a node of the inventory, says whose packets these are.
  private func isNamed(_ node: String) -> Bool {
    named.contains(node) || inventory?.node(named: node) != nil
  }

  /// What the inventory guesses, unless two captures would then be of one node.
  private func names(by guesses: [String?]) -> [String] {
    nodes.indices.map { index in
      guard let guess = guesses[index], guesses.count(where: { $0 == guess }) == 1,
        !nodes.contains(where: { $0.node == guess })
      else { return nodes[index].node }
      return guess
    }
  }
}

extension ObservedNode {
  fileprivate init(_ summary: NodeSummary, name: String) {
    var coverage = Report.NodeCoverage(name: name, files: summary.files)
    coverage.packets = Int(summary.counts.frames)
    coverage.sightings = summary.matching.sightings
    coverage.malformed = Int(summary.counts.malformed)
    coverage.truncated = Int(summary.counts.truncated)
    coverage.dropped = summary.dropped.map { Int($0) }
    coverage.from = summary.began
    coverage.to = summary.ended
    self.init(coverage, matching: summary.matching, orphans: summary.orphans)
  }
}
