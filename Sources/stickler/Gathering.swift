import Affinity
import CommandLineKit
import Correlation
import Exchange
import System

/// Takes in what all nodes observed, for the analyst and whoever else wants to know.
struct Gathering: ~Copyable {
  private var analyst: ClusterAnalyst
  /// What the inventory says of whose packets these are; nil where it is known.
  private var votes: [NodeVotes?]
  private var export: ObservationExport?
  /// The nodes by the numbers that the analyst has for them.
  private(set) var seen: [Int] = []
  private var places: [Int?]

  init(
    analyst: consuming ClusterAnalyst,
    votes: [NodeVotes?],
    export: consuming ObservationExport?
  ) {
    self.analyst = analyst
    self.votes = votes
    self.export = export
    places = Array(repeating: nil, count: votes.count)
  }

  mutating func add(_ batch: ObservationBatch, of node: Int) {
    analyst.add(batch, from: note(node))
    guard votes[node] != nil || export != nil else { return }
    batch.inPieces { observations in
      votes[node]?.add(observations)
      export?.add(observations, of: node)
    }
  }

  /// Takes note of a node that was seen, though it may have observed nothing.
  @discardableResult
  mutating func note(_ node: Int) -> Int {
    if let place = places[node] { return place }
    places[node] = seen.count
    seen.append(node)
    return seen.count - 1
  }

  /// The names that nodes seem to have, and those that only they can have.
  var guesses: [String?] { votes.map { $0?.name } }
  var writers: [String?] { votes.map { $0?.writer } }

  /// Forgets the file of observations, if one is written.
  mutating func giveUpExport() { export = nil }

  /// What is known of a node when all has been read.
  struct Closing {
    var tally: NodeTally?
    var losses: [InterfaceLoss]
    var cutCaptures: [NamedFile]
  }

  /// Completes the file of observations, if one is written.
  mutating func finishExport(_ closing: (Int) -> Closing) throws(Failure) {
    guard var export = export.take() else { return }
    for node in seen {
      let closing = closing(node)
      for capture in closing.cutCaptures { export.add(capture, of: node) }
      for loss in closing.losses { export.add(loss, of: node) }
      if let tally = closing.tally { export.add(tally, of: node) }
    }
    try export.finish()
  }

  mutating func report(of nodes: [ObservedNode]) -> Report { analyst.report(of: nodes) }
}
