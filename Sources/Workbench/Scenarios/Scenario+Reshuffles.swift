internal import Wire

extension Scenario {
  /// Same client, another pod, and the cluster is why: A1 to A18.
  static let reshuffles: [Scenario] = [
    Scenario(
      "idle-expiry",
      "Everyone is silent for 130 seconds; the entries are gone.",
      traffic: [Traffic().with { $0.pause = (after: 15, lasting: .seconds(130)) }],
      modes: ["A1"],
      allowed: ["C1"]
    ),
    Scenario(
      "idle-expiry-unreplied",
      "Nobody answers, and a silence of 40 seconds is enough.",
      Topology().with { topology in
        for index in topology.pods.indices { topology.pods[index].server = .silent }
      },
      traffic: [Traffic().with { $0.pause = (after: 15, lasting: .seconds(40)) }],
      modes: ["A1"],
      allowed: ["C1"]
    ),
    Scenario(
      "flush",
      "n1 loses its conntrack table mid-way; backends unchanged.",
      incidents: [Incident(.seconds(3), .flush("n1"), as: "A2")],
      modes: ["A2"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "flush-that-takes-time",
      "Flows that come back while the table is being emptied lose their new entries too.",
      traffic: [
        Traffic().with {
          $0.clients = 8
          $0.flowsPerClient = 1
        }
      ],
      incidents: [
        Incident(.seconds(3), .flush("n1"), as: "A2"),
        Incident(.milliseconds(3_020), .flush("n1"), as: "A2"),
      ],
      modes: ["A2"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "flush-vxlan",
      "The same over VXLAN.",
      .vxlan,
      incidents: [Incident(.seconds(3), .flush("n1"), as: "A2")],
      modes: ["A2"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "flush-v6",
      "The same over IPv6.",
      .v6,
      incidents: [Incident(.seconds(3), .flush("n1"), as: "A2")],
      modes: ["A2"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "flush-identical",
      "The same with the same four bytes in every datagram.",
      traffic: [Traffic().with { $0.payload = .identical("ping") }],
      incidents: [Incident(.seconds(3), .flush("n1"), as: "A2")],
      modes: ["A2"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "flush-crowd",
      "A flush that moves 400 sessions.",
      traffic: [
        Traffic().with {
          $0.clients = 100
          $0.count = 12
          $0.staggersClients = .milliseconds(1)
        }
      ],
      incidents: [Incident(.milliseconds(1_300), .flush("n1"), as: "A2")],
      modes: ["A2"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "reconciler-overreach",
      "Another service's endpoints change, and our entries go with its own.",
      incidents: [Incident(.seconds(3), .flushForOther("n1"), as: "A3")],
      modes: ["A3"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "not-ready-flush",
      "A pod that still serves fails its probe: its clients move, its answers are lost.",
      Topology().with { topology in
        for index in topology.pods.indices {
          topology.pods[index].server = .stream(6, every: .milliseconds(60))
        }
      },
      traffic: [Traffic().with { $0.clients = 6 }],
      incidents: [
        Incident(.seconds(3), .ready("s3", false), as: "A4"),
        Incident(.seconds(5), .ready("s3", true)),
      ],
      modes: ["A4"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "ingress-switch",
      "The balancer moves every client from n1 to n2.",
      incidents: [Incident(.seconds(3), .balance(.one("n2")), as: "A5")],
      modes: ["A5"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "ingress-switch-vxlan",
      "The same over VXLAN.",
      .vxlan,
      incidents: [Incident(.seconds(3), .balance(.one("n2")), as: "A5")],
      modes: ["A5"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "ingress-rehash",
      "A node joins the balancer's hash: some clients move.",
      Topology().with { $0.balancer = .byAddress(["n1", "n2"]) },
      traffic: [Traffic().with { $0.clients = 12 }],
      incidents: [Incident(.seconds(3), .balance(.byAddress(["n1", "n2", "n3"])), as: "A5")],
      modes: ["A5"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "leader-change",
      "Another node announces the virtual address.",
      incidents: [Incident(.seconds(3), .announce("n2"), as: "A6")],
      modes: ["A6"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "leader-change-v6",
      "The same over IPv6: an unsolicited neighbour advertisement.",
      .v6,
      incidents: [Incident(.seconds(3), .announce("n2"), as: "A6")],
      modes: ["A6"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "probe-flap",
      "The balancer takes n1 for dead for two seconds, and comes back.",
      incidents: [
        Incident(.seconds(2), .balance(.one("n2")), as: "A7"),
        Incident(.seconds(4), .balance(.one("n1")), as: "A7"),
      ],
      modes: ["A7"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "split-brain-flows",
      "Policy Local and ClientIP, but the balancer spreads one client's flows.",
      .affine.with {
        $0.services[0].policy = .local
        $0.balancer = .byFlow(["n1", "n2", "n3"])
      },
      modes: ["A8"],
      exitCode: 1
    ),
    Scenario(
      "split-brain-datagrams",
      "One flow enters by two nodes by turns.",
      Topology().with { $0.balancer = .alternating(["n1", "n2"], .milliseconds(500)) },
      modes: ["A8"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "affinity-timeout",
      "ClientIP for two seconds, and a new flow every four.",
      Topology().with { $0.services[0].affinity = .seconds(2) },
      traffic: [
        Traffic().with {
          $0.clients = 8
          $0.flowsPerClient = 1
          $0.count = 60
          $0.reopensEvery = 20
        }
      ],
      modes: ["A9"],
      allowed: ["C1"]
    ),
    Scenario(
      "recent-list-overflow",
      "230 clients and two endpoints that remember a hundred each.",
      .affine.with { $0.pods = [PodSpec("s1", on: "n1"), PodSpec("s2", on: "n2")] },
      traffic: [overflowing],
      modes: ["A10"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "recent-list-holds",
      "150 clients and two endpoints: nobody is forgotten.",
      .affine.with { $0.pods = [PodSpec("s1", on: "n1"), PodSpec("s2", on: "n2")] },
      traffic: [overflowing.with { $0.clients = 150 }],
      modes: ["C1"]
    ),
    Scenario(
      "affinity-per-port",
      "ClientIP on two ports of one service: each port chooses for itself.",
      .affine.with { $0.services[0].ports = [20_001, 20_002] },
      traffic: [
        Traffic().with { $0.clients = 8 },
        Traffic().with {
          $0.clients = 8
          $0.port = 20_002
          $0.firstPort = 45_000
        },
      ],
      modes: ["A11"],
      allowed: ["C1"]
    ),
    Scenario(
      "clash-split",
      "The first two datagrams of a flow race on two cores.",
      Topology().with { $0.dataplane.isParallel = true },
      traffic: [
        Traffic().with {
          $0.clients = 40
          $0.count = 10
          $0.burst = 2
          $0.burstGap = .microseconds(4)
        }
      ],
      modes: ["A13"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "per-packet-spray",
      "Every packet is balanced by itself.",
      .oneNode.with { $0.dataplane.selection = .spray },
      modes: ["A14"],
      exitCode: 1
    ),
    Scenario(
      "hash-modulo",
      "A stateless hash modulo the backends, and one backend more.",
      .oneNode.with { $0.dataplane.selection = .modulo },
      traffic: [Traffic().with { $0.clients = 12 }],
      incidents: [Incident(.seconds(3), .addPod(PodSpec("s5", on: "n1")))],
      modes: ["A15"],
      exitCode: 1
    ),
    Scenario(
      "hash-modulo-shrink",
      "The same, and one backend less.",
      .oneNode.with { $0.dataplane.selection = .modulo },
      traffic: [Traffic().with { $0.clients = 12 }],
      incidents: [Incident(.seconds(3), .removePod("s2"), as: "A17")],
      modes: ["A15"],
      allowed: ["A17"],
      exitCode: 1
    ),
    Scenario(
      "hash-consistent",
      "A consistent hash, and one backend more: a fifth of the flows move.",
      .oneNode.with { $0.dataplane.selection = .consistent },
      traffic: [Traffic().with { $0.clients = 12 }],
      incidents: [Incident(.seconds(3), .addPod(PodSpec("s5", on: "n1")))],
      modes: ["A15"],
      exitCode: 1
    ),
    Scenario(
      "rolling-replacement",
      "A pod goes and a new one takes over.",
      traffic: [Traffic().with { $0.clients = 6 }],
      incidents: [
        Incident(.seconds(3), .addPod(PodSpec("s5", on: "n2"))),
        Incident(.milliseconds(3_050), .removePod("s3"), as: "A17"),
      ],
      modes: ["A17"],
      allowed: ["C1"]
    ),
    Scenario(
      "delete-pod",
      "A pod is deleted; its sessions move, the others stay.",
      traffic: [Traffic().with { $0.clients = 6 }],
      incidents: [Incident(.seconds(3), .removePod("s3"), as: "A17")],
      modes: ["A17"],
      allowed: ["C1"]
    ),
    Scenario(
      "affinity-ignored",
      "ClientIP is promised and every new flow chooses at random.",
      .affine.with { $0.dataplane.affinity = .ignored },
      traffic: [
        Traffic().with {
          $0.clients = 12
          $0.reopensEvery = 5
        }
      ],
      modes: ["A18"],
      allowed: ["C1"],
      exitCode: 1
    ),
  ]

  /// Every client opens a flow, all the others do, and it comes back from a new port.
  private static let overflowing = Traffic().with {
    $0.clients = 230
    $0.flowsPerClient = 1
    $0.count = 6
    $0.reopensEvery = 3
    $0.every = .seconds(4)
    $0.staggersClients = .milliseconds(14)
  }

  /// The client itself changed, before the cluster: A16.
  static let clientChanges: [Scenario] = [
    ("quic", Traffic.Payload.quic, PodSpec.Server.quic), ("stun", .stun, .hello),
    ("dtls", .dtls, .echo),
  ].map { name, payload, server in
    Scenario(
      "client-rebind-\(name)",
      "Clients come back from another port, in the middle of a connection.",
      Topology().with { topology in
        for index in topology.pods.indices { topology.pods[index].server = server }
      },
      traffic: [
        Traffic().with {
          $0.clients = 8
          $0.payload = payload
          $0.rebindsAfter = 15
        }
      ],
      modes: ["A16"],
      allowed: ["C1"]
    )
  }
}
