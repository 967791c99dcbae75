internal import Wire

extension Scenario {
  /// Traffic of every kind in a healthy cluster: no fault, so nothing but what is by design may be told.
  static let clean: [Scenario] = [
    Scenario(
      "clean-cluster",
      "Policy Cluster: everything is masqueraded, nothing moves.",
      modes: ["C1"]
    ),
    Scenario("clean-cluster-vxlan", "The same over VXLAN.", .vxlan, modes: ["C1"]),
    Scenario("clean-cluster-v6", "The same over IPv6.", .v6, modes: ["C1"]),
    Scenario(
      "clean-cluster-v6-vxlan",
      "IPv6 inside VXLAN over IPv6.",
      .v6.with { $0.fabric = .vxlan },
      modes: ["C1"]
    ),
    Scenario(
      "clean-cluster-veth",
      "Pods on routed veths, no bridge.",
      Topology().with { $0.podLink = .veth },
      modes: ["C1"]
    ),
    Scenario(
      "clean-physical",
      "Hardware completes every checksum.",
      Topology().with { $0.medium = .physical },
      modes: ["C1"]
    ),
    Scenario(
      "clean-physical-vxlan",
      "The same over VXLAN.",
      .vxlan.with { $0.medium = .physical },
      modes: ["C1"]
    ),
    Scenario(
      "clean-local",
      "Policy Local and ClientIP behind a balancer that hashes addresses.",
      .affine.with {
        $0.services[0].policy = .local
        $0.balancer = .byAddress(["n1", "n2", "n3"])
      },
      traffic: [Traffic().with { $0.clients = 12 }]
    ),
    Scenario(
      "clean-node-port",
      "Clients use a node's own address and port.",
      traffic: [Traffic().with { $0.front = .nodePort("n2") }],
      modes: ["C1"]
    ),
    Scenario(
      "clean-target-port",
      "The pods' port is not the service's.",
      Topology().with {
        $0.services[0].ports = [5_000]
        $0.services[0].targetPort = 20_001
      },
      traffic: [Traffic().with { $0.port = 5_000 }],
      modes: ["C1"]
    ),
    Scenario(
      "clean-cluster-ip",
      "A pod talks to a ClusterIP: backends on its own bridge and elsewhere.",
      withClient,
      traffic: [fromClientPod]
    ),
    Scenario(
      "clean-cluster-ip-vxlan",
      "The same over VXLAN.",
      withClient.with { $0.fabric = .vxlan },
      traffic: [fromClientPod]
    ),
    Scenario(
      "clean-cluster-ip-veth",
      "The same without a bridge.",
      withClient.with { $0.podLink = .veth },
      traffic: [fromClientPod]
    ),
    Scenario(
      "clean-cluster-ip-v6",
      "The same over IPv6.",
      withClient.with { $0.isV6 = true },
      traffic: [fromClientPod]
    ),
    Scenario(
      "clean-node-client",
      "A process on a node talks to a ClusterIP: its front shows nowhere.",
      traffic: [
        Traffic().with {
          $0.origin = .node("n1")
          $0.front = .clusterIP
          $0.clients = 1
        }
      ],
      allowed: ["C1"],
      exitCode: 2
    ),
    Scenario(
      "clean-headless",
      "A pod talks to pods by their own addresses.",
      withClient.with { $0.services[0].kind = .headless },
      traffic: ["s1", "s2", "s3"].enumerated().map { index, pod in
        fromClientPod.with {
          $0.front = .pod(pod)
          $0.firstPort = 41_000 + UInt16(index * 100)
        }
      }
    ),
    Scenario(
      "clean-host-network",
      "The servers have the hosts' network.",
      Topology().with {
        $0.pods = ["n1", "n2", "n3"].map { node in
          PodSpec("h-\(node)", on: node).with { $0.isHostNetwork = true }
        }
      },
      allowed: ["C1"]
    ),
    Scenario(
      "clean-identical",
      "Every datagram of every client is the same four bytes.",
      traffic: [Traffic().with { $0.payload = .identical("ping") }],
      modes: ["C1"]
    ),
    Scenario(
      "clean-identical-vxlan",
      "The same over VXLAN, with echoes: both directions look alike.",
      .vxlan.with { topology in
        for index in topology.pods.indices { topology.pods[index].server = .echo }
      },
      traffic: [Traffic().with { $0.payload = .identical("ping") }],
      modes: ["C1"]
    ),
    Scenario(
      "clean-fragments",
      "Datagrams of 3,000 bytes, cut again for VXLAN.",
      .vxlan,
      traffic: [large],
      modes: ["C1"]
    ),
    Scenario(
      "clean-fragments-v6",
      "Datagrams of 3,000 bytes over IPv6: every node gives them a new id.",
      .v6,
      traffic: [large],
      modes: ["C1"]
    ),
    Scenario(
      "clean-reopened",
      "Clients close their sockets and come back from new ports.",
      traffic: [Traffic().with { $0.reopensEvery = 5 }],
      modes: ["C1"]
    ),
    Scenario(
      "clean-affinity",
      "The same with ClientIP: one address, one pod.",
      .affine,
      traffic: [
        Traffic().with {
          $0.clients = 12
          $0.reopensEvery = 5
        }
      ],
      modes: ["C1"]
    ),
    Scenario(
      "clean-behind-one",
      "A thousand clients behind one address.",
      traffic: [
        Traffic().with {
          $0.origin = .behindOne(IPAddress(v4: 0xcb00_7163))
          $0.clients = 1_000
          $0.flowsPerClient = 1
          $0.firstPort = 20_000
          $0.count = 6
          $0.staggersClients = .microseconds(300)
        }
      ],
      modes: ["C1"],
      allowed: ["C8"]
    ),
    Scenario(
      "clean-crowd",
      "Two hundred clients at once, all interleaved.",
      traffic: [
        Traffic().with {
          $0.clients = 200
          $0.flowsPerClient = 2
          $0.count = 8
          $0.staggersClients = .microseconds(40)
        }
      ],
      modes: ["C1"]
    ),
    Scenario(
      "clean-same-ids",
      "Two hundred clients, equal answers, and IPv4 ids that many packets share.",
      Topology().with { $0.identifications = .shared },
      traffic: [
        Traffic().with {
          $0.clients = 200
          $0.flowsPerClient = 2
          $0.count = 8
          $0.staggersClients = .microseconds(40)
        }
      ],
      modes: ["C1"]
    ),
    Scenario(
      "clean-bursts",
      "Every flow begins with five datagrams back to back, one core a flow.",
      traffic: [Traffic().with { $0.burst = 5 }],
      modes: ["C1"]
    ),
    Scenario(
      "clean-port-kept",
      "Sources keep their ports where they can, and none collide.",
      Topology().with { $0.dataplane.sourcePort = .preserved },
      traffic: (1...3).map { client in
        Traffic().with {
          $0.clients = 1
          $0.firstClient = client
          $0.firstPort = 40_000 + UInt16(client * 100)
        }
      },
      modes: ["C1"]
    ),
    Scenario(
      "clean-zero-id",
      "Every IPv4 id is zero, of datagrams and of answers.",
      Topology().with { $0.identifications = .zero },
      traffic: [Traffic().with { $0.hasZeroIdentification = true }],
      modes: ["C1"]
    ),
    Scenario(
      "clean-pause",
      "Everyone is silent for 20 seconds, less than any timeout.",
      traffic: [Traffic().with { $0.pause = (after: 15, lasting: .seconds(20)) }],
      modes: ["C1"]
    ),
    Scenario(
      "clean-echo",
      "Servers send back what they get: replies carry the clients' own payloads.",
      Topology().with { topology in
        for index in topology.pods.indices { topology.pods[index].server = .echo }
      },
      modes: ["C1"]
    ),
    Scenario(
      "clean-silent",
      "Servers that only listen.",
      Topology().with { topology in
        for index in topology.pods.indices { topology.pods[index].server = .silent }
      },
      modes: ["C1"]
    ),
    Scenario(
      "clean-direct-reply",
      "Backends answer clients directly, as the front.",
      Topology().with { $0.dataplane.directReply = .asFront }
    ),
    Scenario(
      "clean-everything",
      "Clients outside and in pods, heartbeats, large datagrams and node ports at once.",
      withClient.with {
        $0.services[0].kind = .loadBalancer
        $0.fabric = .vxlan
      },
      traffic: [
        Traffic().with { $0.clients = 20 },
        Traffic().with {
          $0.payload = .identical("ping")
          $0.firstClient = 40
          $0.clients = 20
        },
        large.with {
          $0.firstClient = 80
          $0.clients = 4
        },
        Traffic().with {
          $0.front = .nodePort("n2")
          $0.firstClient = 100
        },
        fromClientPod,
      ],
      modes: ["C1"]
    ),
    Scenario(
      "clean-quic",
      "QUIC connections that stay where they are.",
      Topology().with { topology in
        for index in topology.pods.indices { topology.pods[index].server = .quic }
      },
      traffic: [Traffic().with { $0.payload = .quic }],
      modes: ["C1"]
    ),
    Scenario(
      "clean-stun",
      "Pods answer STUN: what they say of themselves is what is found.",
      .reflecting,
      traffic: [Traffic().with { $0.payload = .stun }],
      modes: ["C1"]
    ),
    Scenario(
      "clean-stun-v6-vxlan",
      "The same over IPv6 inside VXLAN over IPv6.",
      .reflecting.with {
        $0.isV6 = true
        $0.fabric = .vxlan
      },
      traffic: [Traffic().with { $0.payload = .stun }],
      modes: ["C1"]
    ),
    Scenario(
      "clean-affinity-tester",
      "Pods answer the affinity tester.",
      .reflecting,
      traffic: [Traffic().with { $0.payload = .affinityTester }],
      modes: ["C1"]
    ),
    Scenario(
      "clean-banner",
      "Pods send a banner before their first echo.",
      .reflecting,
      modes: ["C1"]
    ),
  ]

  /// A pod on n1 that is a client and no server.
  static let withClient = Topology().with {
    $0.pods.append(PodSpec("c1", on: "n1").with { $0.app = "client" })
    $0.services[0].kind = .clusterIP
  }

  static let fromClientPod = Traffic().with {
    $0.origin = .pod("c1")
    $0.front = .clusterIP
    $0.clients = 1
    $0.flowsPerClient = 8
  }

  static let large = Traffic().with {
    $0.payload = .random(3_004)
    $0.mayFragment = true
    $0.count = 12
  }
}
