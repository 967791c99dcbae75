internal import Wire

extension Scenario {
  /// What pods and clients see as each other's address: C2 to C10; every clean scenario of policy Cluster shows C1.
  static let sources: [Scenario] = [
    Scenario(
      "local-but-masqueraded",
      "Policy Local, and the source is rewritten all the same.",
      .oneNode.with { $0.dataplane.masqueradesLocal = true },
      modes: ["C2"],
      exitCode: 1
    ),
    Scenario(
      "port-collision",
      "Sources keep their ports, but many clients chose the same.",
      Topology().with { $0.dataplane.sourcePort = .preserved },
      traffic: [Traffic().with { $0.clients = 12 }],
      modes: ["C3"],
      allowed: ["C1"]
    ),
    Scenario(
      "reflective-churn",
      "Single flows get a new source port in mid-life, and keep their pod.",
      traffic: [Traffic().with { $0.clients = 8 }],
      incidents: (0..<3).map { index in
        Incident(
          .milliseconds(1_500 + Int64(index) * 1_270),
          .renumber("n1", client: Endpoint(IPAddress(v4: 0xcb00_7102 + UInt32(index * 2)), 40_001)),
          as: "C4"
        )
      },
      modes: ["C4"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "wrong-reply-source",
      "A server with the host's network answers from its other address.",
      Topology().with {
        $0.pods = [
          PodSpec("h1", on: "n1").with {
            $0.isHostNetwork = true
            $0.repliesFrom = IPAddress(v4: 0xc0a8_640b)
          }
        ]
      },
      modes: ["C5"],
      exitCode: 1
    ),
    Scenario(
      "merged-tuples",
      "Sources keep their ports although others have them: two clients become one.",
      Topology().with {
        $0.dataplane.sourcePort = .merged
        $0.pods = [PodSpec("s2", on: "n2")]
      },
      traffic: [
        Traffic().with {
          $0.clients = 4
          $0.flowsPerClient = 2
        }
      ],
      modes: ["C6"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "hairpin",
      "A pod talks to its own service, and gets itself.",
      Topology().with { $0.services[0].kind = .clusterIP },
      traffic: [
        fromClientPod.with {
          $0.origin = .pod("s3")
          $0.flowsPerClient = 16
        }
      ],
      modes: ["C7"]
    ),
    Scenario(
      "hairpin-veth",
      "The same without a bridge.",
      Topology().with {
        $0.services[0].kind = .clusterIP
        $0.podLink = .veth
      },
      traffic: [
        fromClientPod.with {
          $0.origin = .pod("s3")
          $0.flowsPerClient = 16
        }
      ],
      modes: ["C7"]
    ),
    Scenario(
      "upstream-snat",
      "A balancer before the cluster puts its own address on every client.",
      traffic: [behindBalancer],
      modes: ["C8"],
      allowed: ["C1"]
    ),
    Scenario(
      "affinity-collapse",
      "The same with ClientIP: one pod gets everyone.",
      .affine,
      traffic: [behindBalancer],
      modes: ["C9"],
      allowed: ["C1", "C8"],
      exitCode: 1
    ),
    Scenario(
      "direct-reply-as-pod",
      "Backends answer clients directly, and as themselves.",
      Topology().with { $0.dataplane.directReply = .asPod },
      modes: ["C10"],
      exitCode: 1
    ),
  ]

  /// Sixty clients behind a balancer that stands among the nodes.
  private static let behindBalancer = Traffic().with {
    $0.origin = .behindOne(IPAddress(v4: 0xc0a8_63fa))
    $0.clients = 60
    $0.flowsPerClient = 1
    $0.count = 20
    $0.staggersClients = .milliseconds(2)
  }

  /// More than one thing in one recording.
  static let combined: [Scenario] = [
    Scenario(
      "flush-then-switch",
      "A flush of n1, and two seconds later the balancer goes to n2.",
      incidents: [
        Incident(.seconds(2), .flush("n1"), as: "A2"),
        Incident(.seconds(4), .balance(.one("n2")), as: "A5"),
      ],
      modes: ["A2", "A5"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "delete-then-flush",
      "A deleted pod's sessions move by right; a flush moves all by wrong.",
      traffic: [Traffic().with { $0.clients = 6 }],
      incidents: [
        Incident(.seconds(2), .removePod("s3"), as: "A17"),
        Incident(.seconds(4), .flush("n1"), as: "A2"),
      ],
      modes: ["A2", "A17"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "refusal-and-flush",
      "A server stops, and later a flush moves everyone.",
      traffic: [Traffic().with { $0.clients = 6 }],
      incidents: [
        Incident(.seconds(2), .stopServer("s2")), Incident(.seconds(4), .flush("n1"), as: "A2"),
      ],
      modes: ["A2", "B19"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "collision-then-switch",
      "Sources keep their ports where they can, and the balancer goes to n2.",
      Topology().with { $0.dataplane.sourcePort = .preserved },
      traffic: [Traffic().with { $0.clients = 8 }],
      incidents: [Incident(.seconds(3), .balance(.one("n2")), as: "A5")],
      modes: ["A5", "C3"],
      allowed: ["C1"],
      exitCode: 1
    ),
    Scenario(
      "two-services",
      "One service loses its entries on its node; the other's node is well.",
      Topology().with {
        $0.pods += [
          PodSpec("t1", on: "n1").with { $0.app = "other" },
          PodSpec("t2", on: "n2").with { $0.app = "other" },
        ]
        $0.services.append(
          ServiceSpec().with {
            $0.name = "other-server"
            $0.app = "other"
          }
        )
      },
      traffic: [
        Traffic(),
        Traffic().with {
          $0.service = "other-server"
          $0.front = .nodePort("n3")
          $0.firstClient = 20
        },
      ],
      incidents: [Incident(.seconds(3), .flush("n1"), as: "A2")],
      modes: ["A2"],
      allowed: ["C1"],
      exitCode: 1
    ),
  ]
}
