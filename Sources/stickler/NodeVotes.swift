import Affinity
import Cluster
import Correlation
import Wire

/// Guesses from the inventory which node a capture was taken on, where neither the user nor its file name says.
///
/// The node that writes one of its own addresses into a packet is the one that was watched. A node that only hands
/// packets to its pods is known by those.
struct NodeVotes {
  private let inventory: ClusterHistory
  private var writers: Set<String> = []
  private var neighbours: Set<String> = []

  init(_ inventory: ClusterHistory) {
    self.inventory = inventory
  }

  mutating func add(_ observations: [Observation]) {
    for case .run(let run) in observations {
      add(run.forward, of: run.leg)
      add(run.reverse, of: run.leg.reversed)
    }
  }

  private mutating func add(_ stretch: Run.Stretch, of leg: FiveTuple) {
    guard stretch.datagrams > 0 else { return }
    if let result = stretch.result {
      guard result.source.address != leg.source.address else {
        // Who is let in with the own address from outside is let in to a pod of this node.
        if inventory.owner(of: leg.source.address, time: stretch.first) == nil {
          noteNeighbour(result.destination.address, at: stretch.first)
        }
        return
      }
      guard let owner = inventory.owner(of: result.source.address, time: stretch.first),
        owner.role.isNodes
      else { return }
      writers.insert(inventory.node(owner.node).name)
    } else if stretch.origin == nil {
      noteNeighbour(leg.destination.address, at: stretch.first)
    }
  }

  private mutating func noteNeighbour(_ pod: IPAddress, at time: Timestamp) {
    guard let node = inventory.node(ofPodAt: pod, time: time) else { return }
    neighbours.insert(inventory.node(node).name)
  }

  /// The node whose own address, and no other's, was written into packets here.
  var writer: String? { writers.count == 1 ? writers.first : nil }

  /// The node, if exactly one fits.
  var name: String? {
    if !writers.isEmpty { return writer }
    return neighbours.count == 1 ? neighbours.first : nil
  }
}
