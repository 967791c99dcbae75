import Affinity
import CaptureFiles
import Cluster
import Collector
import CommandLineKit
import Correlation
import Exchange
import LiveCapture
import Replay
import System

/// From captures to a report: reads every node, observes it, and analyses them together.
struct Analysis {
  var nodes: [NodeFiles]
  /// What was observed already, and is read in place of captures.
  var observed = ObservedNodes()
  /// Those whose name is the user's own word.
  var named: Set<String> = []
  var inventory: ClusterHistory?
  var filter: FilterSet?
  var settings = ClusterAnalyst.Settings()
  var observer = NodeObserver.Settings()
  /// Where the observations are written, if they are.
  var export: String?

  /// What came of it: the report, and what is to be said of the files.
  struct Outcome {
    var report: Report
    var summaries: [NodeSummary]
    var warnings: [String]
    /// What could not be read, or not to its end.
    var failures: [String]
  }

  /// Captures that turn out to be of one node are read once more, as its one timeline.
  func run(progress: (ReplayProgress) -> Void) throws(Failure) -> Outcome {
    var reading = try read(progress)
    guard let merged = merged(reading) else { return try outcome(of: &reading) }
    // What it has written goes first: the next one takes its place.
    reading.gathering.giveUpExport()
    var again = self
    again.nodes = merged
    again.named.formUnion(merged.map(\.node))
    reading = try again.read(progress)
    return try again.outcome(of: &reading)
  }

  /// What came of reading everything; captured nodes come first, then those that were observed already.
  struct Reading: ~Copyable {
    var gathering: Gathering
    var summaries: [NodeSummary] = []
    var names: [String] = []
  }

  private func read(_ progress: (ReplayProgress) -> Void) throws(Failure) -> Reading {
    var settings = settings
    settings.files = captures + observed.captures
    let given = nodes.map(\.node) + observed.names
    var gathering = Gathering(
      analyst: ClusterAnalyst(inventory: inventory, settings: settings),
      votes: given.indices.map { isNamed($0) ? nil : inventory.map(NodeVotes.init) },
      export: try makeExport()
    )
    let summaries = replay(
      nodes.map { NodeCapture(name: $0.node, files: $0.paths) },
      filter: filter,
      settings: observer,
      progress: progress
    ) { node, observations in
      gathering.add(observations, of: node)
    }
    observed.read(capturesFrom: captures.count) { place, observations in
      gathering.add(observations, of: nodes.count + place)
    }
    for (node, summary) in summaries.enumerated()
    where summary.counts.frames > 0 || summary.failures.isEmpty { gathering.note(node) }
    for place in observed.names.indices { gathering.note(nodes.count + place) }
    let names = names(by: gathering)
    return Reading(gathering: gathering, summaries: summaries, names: names)
  }

  private func outcome(of reading: inout Reading) throws(Failure) -> Outcome {
    let (names, summaries) = (reading.names, reading.summaries)
    try reading.gathering.finishExport { node in
      let tally =
        node < nodes.count
        ? NodeTally(summaries[node], called: names[node], isGiven: isNamed(node))
        : observed.tally(node - nodes.count, called: names[node], isGiven: isNamed(node))
      return Gathering.Closing(
        tally: tally,
        losses: losses(summaries, node),
        cutCaptures: cutCaptures(summaries, node)
      )
    }
    let seen = reading.gathering.seen
    var report = reading.gathering.report(
      of: seen.map { node in
        node < nodes.count
          ? ObservedNode(summaries[node], name: names[node])
          : observed.observed(node - nodes.count, called: names[node])
      }
    )
    for node in seen { report.add(losses(summaries, node), at: names[node]) }
    return Outcome(
      report: report,
      summaries: summaries,
      warnings: summaries.flatMap { $0.warnings.map(\.description) } + observed.warnings,
      failures: summaries.flatMap { $0.failures.map(\.description) } + observed.failures
    )
  }

  private func losses(_ summaries: [NodeSummary], _ node: Int) -> [InterfaceLoss] {
    node < nodes.count ? summaries[node].interfaceLosses : observed.losses(node - nodes.count)
  }

  /// The captures of a node whose end is missing, by the numbers that witnesses have.
  private func cutCaptures(_ summaries: [NodeSummary], _ node: Int) -> [NamedFile] {
    guard node < nodes.count else {
      return observed.capturesByNode[node - nodes.count].filter(\.isCut).map { file in
        NamedFile(number: captures.count + file.number, name: file.name, isCut: true)
      }
    }
    let summary = summaries[node]
    let cut = summary.cutFiles
    return summary.files.enumerated().filter { cut.contains($0.element) }.map { index, name in
      NamedFile(number: summary.firstFile + index, name: name, isCut: true)
    }
  }

  /// The captures that are read, as the reader calls them.
  private var captures: [String] {
    nodes.flatMap(\.paths).map { $0 == "-" ? "standard input" : $0 }
  }

  private func makeExport() throws(Failure) -> ObservationExport? {
    guard let export else { return nil }
    let captures = captures
    var next = 0
    var files: [[NamedFile]] = []
    for node in nodes {
      files.append(
        (next..<next + node.paths.count).map { NamedFile(number: $0, name: captures[$0]) }
      )
      next += node.paths.count
    }
    files += observed.capturesByNode.map { files in
      files.map { NamedFile(number: next + $0.number, name: $0.name) }
    }
    return try ObservationExport(path: export, captures: files)
  }
}

extension NodeSummary {
  /// The files whose end is missing, each once: a stream and the record that it ends in are one cut.
  var cutFiles: [String] {
    var files: [String] = []
    for warning in warnings
    where (warning.kind == .recordCutShort || warning.kind == .streamCutShort)
      && !files.contains(warning.file)
    {
      files.append(warning.file)
    }
    return files
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
    isOfOneInterface = summary.isOfOneInterface
  }
}

extension NodeTally {
  fileprivate init(_ summary: NodeSummary, called name: String, isGiven: Bool) {
    self.init(
      name: name,
      isNameGiven: isGiven,
      frames: summary.counts,
      dropped: summary.dropped,
      matching: summary.matching,
      orphans: summary.orphans
    )
    // Clocks may go back.
    if let began = summary.began, let ended = summary.ended {
      moments = min(began, ended)...max(began, ended)
    }
  }
}
