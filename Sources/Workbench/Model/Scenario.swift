/// A cluster, its traffic and what befalls it, under a name.
public struct Scenario: Sendable {
  public var name: String
  /// One sentence: what happens.
  public var summary: String
  public var topology: Topology
  public var traffic: [Traffic]
  public var incidents: [Incident]
  /// The modes that a perfect analyst finds.
  public var modes: Set<String>
  /// The modes that may be told besides, because they are true as well.
  public var allowed: Set<String>
  /// The exit code of a perfect analyst with the inventory.
  public var exitCode: Int

  public init(
    _ name: String,
    _ summary: String,
    _ topology: Topology = Topology(),
    traffic: [Traffic] = [Traffic()],
    incidents: [Incident] = [],
    modes: Set<String> = [],
    allowed: Set<String> = [],
    exitCode: Int = 0
  ) {
    self.name = name
    self.summary = summary
    self.topology = topology
    self.traffic = traffic
    self.incidents = incidents
    self.modes = modes
    self.allowed = allowed
    self.exitCode = exitCode
  }

  /// Plays it: the same seed gives the same bytes.
  public func play(seed: UInt64) -> Recording {
    let world = World(self, seed: seed)
    world.run()
    return Recording(
      scenario: self,
      nodes: topology.nodes,
      records: world.records,
      truth: world.truth,
      inventories: world.inventories,
      events: world.events
    )
  }

  public static func named(_ name: String) -> Scenario? { all.first { $0.name == name } }
}
