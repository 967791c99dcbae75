public import Affinity
public import Correlation
public import Wire

/// What nodes observed and is still remembered: runs that ended, how those are that go on, and the rest.
///
/// Bounded in number, and if its owner wants in time: the oldest is forgotten first, and counted.
public struct ObservationWindow: Sendable {
  /// So many observations are kept: some 400 bytes each.
  public let mostObservations: Int
  /// What had to be forgotten although it was not too old.
  public private(set) var forgotten = 0
  /// Nothing that ended before is in it.
  public private(set) var rememberedSince = Timestamp(nanoseconds: .min)

  private var nodes: [Node] = []

  private struct Node: Sendable {
    /// In the order in which they were told, which is nearly that of time.
    var ended: [Observation] = []
    /// By what stays the same of a run while it goes on.
    var ongoing: [RunKey: Run] = [:]
    /// What a whole look at the node told last; the next one replaces it.
    var look: [Observation] = []

    /// Of too many runs that go on those that were silent longest are over, as far as anybody was told.
    mutating func limitOngoing(to most: Int) {
      guard ongoing.count > most else { return }
      let byEnd = ongoing.sorted { left, right in
        Observation.run(left.value).moments.upperBound
          < Observation.run(right.value).moments.upperBound
      }
      for (key, run) in byEnd.prefix(ongoing.count - most * 7 / 8) {
        ongoing[key] = nil
        ended.append(.run(run))
      }
    }
  }

  private struct RunKey: Hashable, Sendable {
    var leg: FiveTuple
    var first: Timestamp

    init(_ run: Run) {
      leg = run.leg
      first = run.forward.first
    }
  }

  public init(mostObservations: Int = 1_000_000) {
    self.mostObservations = mostObservations
  }

  /// How many observations are in it.
  public var count: Int {
    nodes.reduce(0) { $0 + $1.ended.count + $1.ongoing.count + $1.look.count }
  }

  /// Adds what is over; a run takes the place of how it was.
  public mutating func add(_ observations: [Observation], from node: Int) {
    reserve(node)
    nodes[node].ended += observations
    guard !nodes[node].ongoing.isEmpty else { return }
    for case .run(let run) in observations { nodes[node].ongoing[RunKey(run)] = nil }
  }

  /// Adds how runs are that go on, in place of how they were.
  public mutating func add(ongoing runs: [Run], from node: Int) {
    reserve(node)
    for run in runs { nodes[node].ongoing[RunKey(run)] = run }
  }

  /// Takes how all of a node is that goes on, in place of how it was at the last look.
  public mutating func set(_ look: [Observation], of node: Int) {
    reserve(node)
    nodes[node].look = look
  }

  /// Forgets what ended before.
  public mutating func forget(before time: Timestamp) {
    guard time > rememberedSince else { return }
    rememberedSince = time
    for node in nodes.indices {
      nodes[node].ended.removeAll { $0.moments.upperBound < time }
      nodes[node].ongoing = nodes[node].ongoing.filter {
        Observation.run($0.value).moments.upperBound >= time
      }
    }
  }

  /// Makes room where there is too much; an eighth goes at once, so that little is moved.
  public mutating func makeRoom() {
    for node in nodes.indices { nodes[node].limitOngoing(to: mostObservations / 2) }
    let count = count
    guard count > mostObservations else { return }
    let ended = nodes.reduce(0) { $0 + $1.ended.count }
    let surplus = min(ended, count - mostObservations * 7 / 8)
    guard surplus > 0 else { return }
    for node in nodes.indices {
      // From each node the same share: nobody's flood is another's loss of memory.
      let share = min(
        nodes[node].ended.count,
        (nodes[node].ended.count * surplus + ended - 1) / ended
      )
      guard share > 0 else { continue }
      let last = nodes[node].ended[share - 1].moments.upperBound
      nodes[node].ended.removeFirst(share)
      forgotten += share
      rememberedSince = max(rememberedSince, last)
    }
  }

  /// Gives all of it to an analyst, to which nodes have the numbers of `places`.
  public func give(to analyst: inout ClusterAnalyst, _ places: [Int]) {
    for (node, place) in zip(nodes, places) {
      analyst.add(node.ended, from: place)
      // In an order of their own, so that the same runs are always told alike.
      let runs = node.ongoing.values.sorted { left, right in
        (left.forward.first, left.leg) < (right.forward.first, right.leg)
      }
      analyst.add(runs.map { .run($0) }, from: place)
      analyst.add(node.look, from: place)
    }
  }

  private mutating func reserve(_ node: Int) {
    while nodes.count <= node { nodes.append(Node()) }
  }
}
