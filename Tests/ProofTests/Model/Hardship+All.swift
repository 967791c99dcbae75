import Wire
import Workbench

extension Hardship {
  static let all: [Hardship] = [
    Hardship("identical payloads", scenario("clean-identical")),
    Hardship("identical payloads and a flush", scenario("flush-identical")),
    Hardship("identical payloads that are echoed", scenario("clean-identical-vxlan")),
    Hardship("IPv6", scenario("flush-v6")),
    Hardship("IPv6 in VXLAN over IPv6", scenario("clean-cluster-v6-vxlan")),
    Hardship("IPv4 ids of zero", scenario("clean-zero-id")),
    Hardship("snaplen 60 at the ingress", scenario("flush"), [.snapLength(60, node: "n1")]),
    Hardship("snaplen 60 at a backend", scenario("flush"), [.snapLength(60, node: "n3")]),
    Hardship("snaplen 60 everywhere", scenario("flush"), everywhere { .snapLength(60, node: $0) }),
    Hardship(
      "snaplen 60 in a tunnel",
      scenario("flush-vxlan"),
      everywhere { .snapLength(60, node: $0) }
    ),
    Hardship("snaplen 90 in IPv6", scenario("flush-v6"), everywhere { .snapLength(90, node: $0) }),
    Hardship("a node without a capture", scenario("flush"), [.missing(node: "n3")]),
    Hardship(
      "the ingress without a capture",
      scenario("flush"),
      [.missing(node: "n1")],
      recall: 0
    ),
    Hardship(
      "5 % missing at the ingress",
      scenario("flush"),
      [.captureLoss(0.05, node: "n1", seed: 4)],
      recall: 0.94
    ),
    Hardship(
      "5 % missing at a backend",
      scenario("flush"),
      [.captureLoss(0.05, node: "n3", seed: 5)],
      recall: 0.96
    ),
    Hardship(
      "a clock 300 ms ahead",
      scenario("flush"),
      [.clockOffset(.milliseconds(300), node: "n1")]
    ),
    Hardship(
      "a clock 300 ms behind",
      scenario("ingress-switch"),
      [.clockOffset(.milliseconds(-300), node: "n2")]
    ),
    Hardship("a thousand clients behind one address", scenario("clean-behind-one"), seeds: [1]),
    Hardship("two hundred clients at once", scenario("clean-crowd"), seeds: [1, 2]),
    Hardship("all nodes in one pcapng", scenario("flush-vxlan"), [.merged]),
    Hardship("other traffic between", scenario("flush"), [.strayTraffic(600, seed: 6)]),
    Hardship("a switch that floods", scenario("flush"), [.flooded(0.3, seed: 7)]),
    Hardship("a switch that floods a tunnel", scenario("flush-vxlan"), [.flooded(0.3, seed: 8)]),
    Hardship("servers that say nothing", scenario("clean-silent")),
    Hardship(
      "one direction only, seen badly",
      scenario("clean-silent"),
      [.merged, .strayTraffic(300, seed: 9)]
    ),
  ]

  private static func everywhere(_ degradation: (String) -> Degradation) -> [Degradation] {
    ["n1", "n2", "n3"].map(degradation)
  }

  private static func scenario(_ name: String) -> Scenario {
    guard let scenario = Scenario.named(name) else {
      preconditionFailure("the model lacks \(name)")
    }
    return scenario
  }
}
