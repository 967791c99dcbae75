internal import Wire

extension Scenario {
  /// Every scenario: clean traffic first, then the catalogue's modes in order.
  public static let all: [Scenario] =
    clean + reshuffles + clientChanges + losses + brokenPaths + sources + combined
}

extension Topology {
  /// Policy Local without affinity, every pod on the node that the balancer sends everything to.
  static let oneNode = Topology().with { topology in
    topology.services[0].policy = .local
    topology.pods = ["s1", "s2", "s3", "s4"].map { PodSpec($0, on: "n1") }
  }

  /// `sessionAffinity: ClientIP` with Kubernetes' default of three hours.
  static let affine = Topology().with { $0.services[0].affinity = .seconds(10_800) }

  /// Pods that say who they are and whom they saw.
  public static let reflecting = Topology().with { topology in
    for index in topology.pods.indices { topology.pods[index].server = .reflector }
  }

  static let vxlan = Topology().with { $0.fabric = .vxlan }

  static let v6 = Topology().with { $0.isV6 = true }
}
