public import Affinity
public import Correlation
public import Wire

/// What nodes observed and is still remembered: runs that ended, how those are that go on, and the rest.
///
/// Bounded in number, and if its owner wants in time: the oldest is forgotten first, and counted. What a node last said of
/// its kernel holds until it says something else, and is not forgotten.
public struct ObservationWindow: Sendable {
  /// So many observations are kept: some 400 bytes each.
  public let mostObservations: Int
  /// What had to be forgotten although it was not too old.
  public private(set) var forgotten = 0
  /// Nothing that ended before is in it, but facts that still hold.
  public private(set) var rememberedSince = Timestamp(nanoseconds: .min)

  private var nodes: [RememberedNode] = []

  public init(mostObservations: Int = 1_000_000) {
    self.mostObservations = mostObservations
  }

  /// How many observations are in it.
  public var count: Int { nodes.reduce(0) { $0 + $1.count } }

  /// Adds what is over; a run takes the place of how it was.
  public mutating func add(_ observations: [Observation], from node: Int) {
    reserve(node)
    nodes[node].add(observations)
  }

  /// Adds how runs are that go on, in place of how they were.
  public mutating func add(ongoing runs: [Run], from node: Int) {
    reserve(node)
    nodes[node].add(ongoing: runs)
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
    for node in nodes.indices { nodes[node].forget(before: time) }
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
      let gone = nodes[node].forget(oldest: share)
      forgotten += gone.count
      rememberedSince = max(rememberedSince, gone.end)
    }
  }

  /// Gives all of it to an analyst, to which nodes have the numbers of `places`.
  public func give(to analyst: inout ClusterAnalyst, _ places: [Int]) {
    for (node, place) in zip(nodes, places) {
      analyst.add(node.ended, from: place)
      analyst.add(node.ongoingRuns.map { .run($0) }, from: place)
      analyst.add(node.look, from: place)
    }
  }

  private mutating func reserve(_ node: Int) {
    while nodes.count <= node { nodes.append(RememberedNode()) }
  }
}
