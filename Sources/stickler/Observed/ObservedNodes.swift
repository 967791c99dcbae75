import Affinity
import CommandLineKit
import Correlation
import Exchange
import System

/// The nodes of all IPFIX files of an analysis; files that tell of a node of one name tell of one node.
struct ObservedNodes {
  private(set) var files: [ObservedFile] = []
  private(set) var names: [String] = []
  private var nodes: [ObservedFile.Node] = []
  /// The nodes by name, and the first file of each.
  private(set) var paths: [(name: String, path: String)] = []
  /// For each file, which of `names` its nodes have.
  private var places: [[Int]] = []

  /// Takes a file in, whose one node is called `name` where the user says so.
  mutating func add(_ file: ObservedFile, called name: String?) throws(Failure) {
    if let name, file.nodes.count > 1 {
      throw Failure("--node \(name)=\(file.path): this file tells of \(file.nodes.count) nodes")
    }
    places.append(
      file.nodes.map { node in
        let name = name ?? node.name(in: file)
        if let place = names.firstIndex(of: name) {
          nodes[place].merge(node)
          return place
        }
        names.append(name)
        nodes.append(node)
        paths.append((name, file.path))
        return names.count - 1
      }
    )
    files.append(file)
  }

  var warnings: [String] { files.flatMap(\.warnings) }
  var failures: [String] { files.compactMap(\.failure) }

  /// Whether a person gave a node its name.
  func isNameGiven(_ place: Int) -> Bool { nodes[place].tally?.isNameGiven ?? false }

  /// The captures by the numbers that `read` gives them from 0 on; behind them the files themselves, for what witnesses
  /// name otherwise.
  var captures: [String] { files.flatMap(\.captures) + files.map(\.path) }

  /// The captures of each node, by the numbers that `read` gives them from 0 on.
  var capturesByNode: [[NamedFile]] {
    var captures: [[NamedFile]] = Array(repeating: [], count: names.count)
    var next = 0
    for (file, places) in zip(files, places) {
      for (number, capture) in file.captures.enumerated() {
        let node = file.nodes.firstIndex { $0.captures.contains(number) } ?? 0
        let isCut = file.cutCaptures.contains(capture)
        captures[places[node]].append(NamedFile(number: next, name: capture, isCut: isCut))
        next += 1
      }
    }
    return captures
  }

  /// Hands over what all nodes observed, a file after the other; captures have the numbers from `first` on.
  func read(capturesFrom first: Int, _ body: (_ place: Int, ObservationBatch) -> Void) {
    var next = first
    let unnamed = first + files.reduce(0) { $0 + $1.captures.count }
    for (index, file) in files.enumerated() {
      file.read(capturesFrom: next, unnamed: unnamed + index) { node, observations in
        body(places[index][node], .some(observations))
      }
      next += file.captures.count
    }
  }

  /// What the interfaces of a node lost.
  func losses(_ place: Int) -> [InterfaceLoss] { nodes[place].losses }

  func tally(_ place: Int, called name: String, isGiven: Bool) -> NodeTally? {
    guard var tally = nodes[place].tally else { return nil }
    tally.name = name
    tally.isNameGiven = isGiven
    return tally
  }

  /// The node as an analyst knows it.
  func observed(_ place: Int, called name: String) -> ObservedNode {
    let node = nodes[place]
    let files = node.files.isEmpty ? [paths[place].path] : node.files
    var coverage = Report.NodeCoverage(name: name, files: files)
    guard let tally = node.tally else {
      coverage.from = node.moments?.lowerBound
      coverage.to = node.moments?.upperBound
      return ObservedNode(coverage, matching: MatchCounts(), orphans: 0)
    }
    coverage.packets = Int(tally.frames.frames)
    coverage.sightings = tally.matching.sightings
    coverage.malformed = Int(tally.frames.malformed)
    coverage.truncated = Int(tally.frames.truncated)
    coverage.dropped = tally.dropped.map { Int($0) }
    coverage.from = tally.moments?.lowerBound
    coverage.to = tally.moments?.upperBound
    return ObservedNode(coverage, matching: tally.matching, orphans: tally.orphans)
  }
}
