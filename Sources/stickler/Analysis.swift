import Affinity
import Cluster
import Correlation
import LiveCapture
import Replay
import Wire

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

  /// Captures that turn out to be of one node are read once more, as its one timeline.
  func run(progress: (ReplayProgress) -> Void) -> Outcome {
    var reading = read(progress)
    if let merged = merged(reading) {
      var again = self
      again.nodes = merged
      again.named.formUnion(merged.map(\.node))
      reading = again.read(progress)
      return again.outcome(of: &reading)
    }
    return outcome(of: &reading)
  }

  /// What came of reading all captures.
  private struct Reading {
    var analyst: ClusterAnalyst
    var summaries: [NodeSummary] = []
    /// The nodes that were seen at all, in order: one whose files could not be read covers nothing.
    var seen: [Int] = []
    var names: [String] = []
  }

  private func read(_ progress: (ReplayProgress) -> Void) -> Reading {
    var settings = settings
    // As the reader calls them.
    settings.files = nodes.flatMap(\.paths).map { $0 == "-" ? "standard input" : $0 }
    var reading = Reading(analyst: ClusterAnalyst(inventory: inventory, settings: settings))
    var votes = nodes.map { isNamed($0.node) ? nil : inventory.map(NodeVotes.init) }
    let captures = nodes.map { NodeCapture(name: $0.node, files: $0.paths) }
    let summaries = replay(captures, filter: filter, settings: observer, progress: progress) {
      node,
      observations in
      votes[node]?.add(observations)
      if reading.seen.last != node { reading.seen.append(node) }
      reading.analyst.add(observations, from: reading.seen.count - 1)
    }
    reading.seen += summaries.indices.filter { index in
      !reading.seen.contains(index)
        && (summaries[index].counts.frames > 0 || summaries[index].failures.isEmpty)
    }
    reading.summaries = summaries
    let guesses = votes.map { $0?.name }
    reading.names = nodes.indices.map { index in
      if let known = knownName(nodes[index].node) { return known }
      if let writer = votes[index]?.writer { return writer }
      // Who only hands packets on may be another's neighbour: that makes no two captures one node's.
      guard let guess = guesses[index], guesses.count(where: { $0 == guess }) == 1,
        !nodes.contains(where: { $0.node == guess || knownName($0.node) == guess })
      else { return nodes[index].node }
      return guess
    }
    return reading
  }

  private func outcome(of reading: inout Reading) -> Outcome {
    let (names, summaries) = (reading.names, reading.summaries)
    let observed = reading.seen.map { ObservedNode(summaries[$0], name: names[$0]) }
    var report = reading.analyst.report(of: observed)
    for node in reading.seen { report.add(summaries[node].interfaceLosses, at: names[node]) }
    return Outcome(report: report, summaries: summaries)
  }

  /// The nodes with what is one node's put together; nil where nothing has to be.
  private func merged(_ reading: Reading) -> [NodeFiles]? {
    var names = reading.names
    // Files of one name in several folders, one after the other in time, are one node's.
    for (name, places) in Dictionary(grouping: names.indices, by: { NodeFiles.baseName(names[$0]) })
    where places.count > 1
      && places.allSatisfy({ names[$0].contains("/") && !named.contains(names[$0]) })
    {
      let times = places.map { (reading.summaries[$0].began, reading.summaries[$0].ended) }
        .sorted { ($0.0 ?? .init(nanoseconds: .min)) < ($1.0 ?? .init(nanoseconds: .min)) }
      let areApart = zip(times, times.dropFirst()).allSatisfy { earlier, later in
        guard let end = earlier.1, let start = later.0 else { return false }
        return end <= start
      }
      if areApart { for place in places { names[place] = name } }
    }
    let groups = Dictionary(grouping: names.indices, by: { names[$0] })
    // What comes through a pipe can be read once.
    guard groups.values.contains(where: { $0.count > 1 }),
      !nodes.contains(where: { $0.paths.contains("-") })
    else {
      return nil
    }
    return groups.map { name, places in
      NodeFiles(node: name, paths: places.flatMap { nodes[$0].paths }.sorted())
    }.sorted { $0.node < $1.node }
  }

  /// Whether the user, or a file named as a node of the inventory, says whose packets these are.
  private func isNamed(_ node: String) -> Bool { knownName(node) != nil }

  private func knownName(_ node: String) -> String? {
    if named.contains(node) { return node }
    // Its folder may be called as the node too.
    let words = [NodeFiles.baseName(node)] + node.split(separator: "/").dropLast().map(String.init)
    return words.first { inventory?.node(named: $0) != nil }
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
