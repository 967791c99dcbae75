internal import Wire

extension Scenario {
  private static let longAndShortFlows = [
    Traffic(),
    Traffic().with {
      $0.firstClient = 11
      $0.reopensEvery = 5
    },
  ]

  /// Datagrams that reach no server because of what the proxy or the endpoints are: B1 to B9.
  static let losses: [Scenario] = [
    Scenario(
      "stale-endpoint",
      "A pod is deleted and its entries stay: clients keep talking to nobody.",
      Topology().with { $0.dataplane.cleansEntries = false },
      traffic: [Traffic().with { $0.clients = 6 }],
      incidents: [Incident(.seconds(2), .removePod("s3"))],
      modes: ["B1"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "stale-endpoint-at-ingress",
      "The deleted pod was on the node where its clients come in: nothing leaves for it any more.",
      Topology().with { $0.dataplane.cleansEntries = false },
      traffic: [Traffic().with { $0.clients = 6 }],
      incidents: [Incident(.seconds(2), .removePod("s1"))],
      modes: ["B1"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "stale-endpoint-vxlan",
      "The same over VXLAN.",
      .vxlan.with { $0.dataplane.cleansEntries = false },
      traffic: [Traffic().with { $0.clients = 6 }],
      incidents: [Incident(.seconds(2), .removePod("s3"))],
      modes: ["B1"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "poisoned-entry",
      "Flows that begin before the rules are there stay lost; later ones are served.",
      traffic: [
        Traffic().with { $0.flowsPerClient = 2 },
        Traffic().with {
          $0.flowsPerClient = 2
          $0.firstPort = 42_000
          $0.start = .seconds(2)
        },
      ],
      incidents: [
        Incident(.milliseconds(0), .rules("n1", false)), Incident(.seconds(1), .rules("n1", true)),
      ],
      modes: ["B2"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "misdelivery-refused",
      "A deleted pod's address goes to another workload, which refuses.",
      Topology().with { $0.dataplane.cleansEntries = false },
      traffic: [Traffic().with { $0.clients = 6 }],
      incidents: [
        Incident(
          .seconds(2),
          .reuseAddress(
            of: "s2",
            by: PodSpec("web", on: "n2").with {
              $0.app = "web"
              $0.server = .stopped
            }
          )
        )
      ],
      modes: ["B3"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "misdelivery-accepted",
      "The same, and the other workload takes what it gets.",
      Topology().with { $0.dataplane.cleansEntries = false },
      traffic: [Traffic().with { $0.clients = 6 }],
      incidents: [
        Incident(
          .seconds(2),
          .reuseAddress(
            of: "s2",
            by: PodSpec("web", on: "n2").with {
              $0.app = "web"
              $0.server = .silent
            }
          )
        )
      ],
      modes: ["B3"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "terminating-trap",
      "Clients stay on a pod that terminates and answers no more.",
      traffic: [Traffic().with { $0.clients = 6 }],
      incidents: [Incident(.seconds(2), .terminate("s3", grace: .seconds(3)))],
      modes: ["B5"],
      allowed: ["A17", "C1"],
      exitCode: 1
    ),
    Scenario(
      "not-ready-pin",
      "Affinity holds clients on a pod that is not ready and hangs.",
      .affine.with {
        $0.services[0].affinity = .seconds(2)
        $0.dataplane.affinity = .pinned
        $0.dataplane.cleansEntries = false
      },
      traffic: [
        Traffic().with {
          $0.clients = 12
          $0.flowsPerClient = 1
          $0.count = 60
          $0.reopensEvery = 5
        }
      ],
      incidents: [
        Incident(.seconds(2), .hangServer("s3")), Incident(.seconds(2), .ready("s3", false)),
      ],
      modes: ["B6"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "local-no-endpoint",
      "Policy Local, and the balancer sends everyone to a node without a pod.",
      Topology().with {
        $0.services[0].policy = .local
        $0.pods = Array(PodSpec.four.dropFirst())
      },
      modes: ["B7"],
      exitCode: 1
    ),
    Scenario(
      "local-no-endpoint-subset",
      "The same for those clients whose hash names that node.",
      Topology().with {
        $0.services[0].policy = .local
        $0.pods = Array(PodSpec.four.dropFirst())
        $0.balancer = .byAddress(["n1", "n2", "n3"])
      },
      traffic: [Traffic().with { $0.clients = 12 }],
      modes: ["B7"],
      exitCode: 1
    ),
    Scenario(
      "no-endpoint",
      "The service has no endpoint at all: the node rejects.",
      Topology().with { topology in
        for index in topology.pods.indices { topology.pods[index].isReady = false }
      },
      modes: ["B8"]
    ),
    Scenario(
      "first-packet-drop",
      "The first packet of every flow is lost while affinity is learned.",
      .affine.with { $0.dataplane.losesFirstPacket = true },
      traffic: [Traffic().with { $0.clients = 8 }],
      modes: ["B9"],
      allowed: ["C1"],
      exitCode: 1
    ),
  ]

  /// Datagrams lost on the way: B11 to B19.
  static let brokenPaths: [Scenario] = [
    Scenario(
      "moved-address-loses-replies",
      "The virtual address moves to a node that drops what comes back.",
      incidents: [
        Incident(.seconds(3), .announce("n2"), as: "A6"),
        Incident(.seconds(3), .losesReplies("n2", true)),
      ],
      modes: ["A6", "B11"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "reserved-port",
      "Three flows are masqueraded to ports that tunnels own.",
      incidents: [
        Incident(.milliseconds(0), .nextSourcePort("n1", 8_472)),
        Incident(.milliseconds(20), .nextSourcePort("n1", 4_789)),
        Incident(.milliseconds(34), .nextSourcePort("n1", 6_081)),
      ],
      modes: ["B12"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "fragment-loss",
      "Later fragments are not translated: large datagrams arrive no more.",
      traffic: [
        large.with {
          $0.payload = .mixed(60, 3_004)
          $0.count = 30
        }
      ],
      incidents: [Incident(.seconds(2), .losesLaterFragments("n1", true))],
      modes: ["B13"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "conntrack-full",
      "A full table: new tuples are lost, established ones live.",
      traffic: longAndShortFlows,
      incidents: [
        Incident(.seconds(2), .tableFull("n1", true)),
        Incident(.seconds(4), .tableFull("n1", false)),
      ],
      modes: ["B14"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "conntrack-nearly-full",
      "A full table in which an entry ends now and then: a few new tuples find a place.",
      traffic: longAndShortFlows,
      incidents: [
        Incident(.seconds(2), .tableFull("n1", true)),
        Incident(.milliseconds(3_020), .entriesEnd("n1", 2)),
        Incident(.milliseconds(3_300), .entriesEnd("n1", 1)),
        Incident(.seconds(4), .tableFull("n1", false)),
      ],
      modes: ["B14"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "wrong-encapsulation",
      "n3 gets VXLAN packets with wrong outer checksums, and drops them.",
      .vxlan.with { $0.medium = .physical },
      traffic: [Traffic().with { $0.clients = 6 }],
      incidents: [Incident(.seconds(2), .wrongEncapsulation("n3", true))],
      modes: ["B16"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "too-big-for-tunnel",
      "Datagrams that fit the network and not the tunnel.",
      .vxlan,
      traffic: [Traffic().with { $0.payload = .mixed(60, 1_460) }],
      modes: ["B17"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "too-big-for-tunnel-v6",
      "The same over IPv6, where no router may cut.",
      .v6.with { $0.fabric = .vxlan },
      traffic: [Traffic().with { $0.payload = .mixed(60, 1_430) }],
      modes: ["B17"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "endpoint-refuses",
      "Server s2 stops while its endpoint stays.",
      traffic: [Traffic().with { $0.clients = 6 }],
      incidents: [Incident(.seconds(2), .stopServer("s2"))],
      modes: ["B19"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "endpoint-refuses-vxlan",
      "The same over VXLAN.",
      .vxlan,
      traffic: [Traffic().with { $0.clients = 6 }],
      incidents: [Incident(.seconds(2), .stopServer("s2"))],
      modes: ["B19"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "endpoint-refuses-locally",
      "The same with the pod on the ingress node.",
      traffic: [Traffic().with { $0.clients = 6 }],
      incidents: [Incident(.seconds(2), .stopServer("s1"))],
      modes: ["B19"],
      allowed: ["C1"],
      exitCode: 1
    ),
  ]
}
