internal import Cluster
internal import Wire

/// What the inventory and the packets tell differently, and whom a capture cannot show.
extension ReportBuilder {
  /// Fronts of translated flows that the inventory does not know: nobody promised anything of them.
  func unknownFronts() -> [Report.BlindSpot] {
    let fronts = stitched.unknownFronts
    guard let most = fronts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) else { return [] }
    let flows = fronts.values.reduce(0, +)
    let others = fronts.count > 1 ? " and \(fronts.count - 1) other addresses" : ""
    return [
      Report.BlindSpot(
        "unknown-fronts",
        at: "inventory",
        "\(flows) translated flows go to \(most.key)\(others), which is no front of a service in this inventory: it may "
          + "be of another cluster or time; they are left out"
      )
    ]
  }

  /// A node's own clients, whose datagrams no capture shows before the node has translated them.
  func ownClients() -> [Report.BlindSpot] {
    guard stitched.inventory != nil else { return [] }
    var counts: [String: Int] = [:]
    for index in judge.evidence.sessions.indices {
      guard let node = judge.evidence.ownNode(of: index) else { continue }
      counts[node, default: 0] += 1
    }
    return counts.sorted { $0.key < $1.key }.map { node, count in
      Report.BlindSpot(
        "own-clients",
        at: node,
        "\(counted(count, "session is", plural: "sessions are")) of the node's own clients, which it translates before a "
          + "capture sees them: which service they asked, and whether they moved, is not to be seen"
      )
    }
  }

  /// Pods that served without being endpoints, where one inventory alone cannot tell whether they were at the time.
  func strangers() -> [Report.BlindSpot] {
    guard let inventory = stitched.inventory, !inventory.showsMoreThanOneMoment else { return [] }
    return judge.evidence.strangers.map { stranger in
      Report.BlindSpot(
        "served-by-stranger",
        at: stranger.pod,
        "\(counted(stranger.sessions, "session was", plural: "sessions were")) served by it, and the inventory "
          + "does not list it as an endpoint of their service: the inventory is of another time, or they were "
          + "misdelivered (B3); inventories from before and after would tell"
      )
    }
  }
}
