public import Wire

/// What a played scenario leaves behind: a capture of every node, the cluster's history, and the truth.
public struct Recording: Sendable {
  /// The cluster's objects at one time.
  public struct Inventory: Sendable {
    public var name: String
    public var time: Timestamp
    public var bytes: [UInt8]
  }

  public internal(set) var scenario: Scenario
  public internal(set) var nodes: [String]
  /// What each node's capture holds, in its order.
  public internal(set) var records: [[Record]]
  public internal(set) var truth: Truth
  public internal(set) var inventories: [Inventory]
  /// What was done to the cluster, and when.
  public internal(set) var events: [(at: Timestamp, text: String)]
  var snapLengths: [String: Int] = [:]
  var isMerged = false

  public var expectedModes: Set<String> { scenario.modes }

  /// The captures as files: a pcap of each node, or one pcapng of them all.
  public var captures: [(node: String, bytes: [UInt8])] {
    if isMerged { return [("all", merged)] }
    return zip(nodes, records).map { node, records in
      (
        node,
        Savefile.pcap(records, link: .linuxCookedV2, snapLength: snapLengths[node] ?? 262_144)
      )
    }
  }

  private var merged: [UInt8] {
    let all = records.enumerated().flatMap { index, records in
      records.map { (interface: index, record: $0) }
    }
    // A merge is stable: records of one node keep their order where times are equal.
    let ordered = all.enumerated().sorted { left, right in
      let (a, b) = (left.element.record.time, right.element.record.time)
      return a != b ? a < b : left.offset < right.offset
    }
    return Savefile.pcapng(
      interfaces: nodes.map { ($0, .linuxCookedV2) },
      ordered.map(\.element)
    )
  }
}
