public import Wire

/// A cluster as a scenario describes it: what stands where before anything happens.
public struct Topology: Sendable {
  /// How packets reach pods of other nodes.
  public enum Fabric: Sendable {
    /// By routes between the nodes (host-gw).
    case routed
    /// Inside VXLAN on port 8472, as flannel does.
    case vxlan
  }

  /// What lies between a node and its pods.
  public enum PodLink: Sendable {
    /// A bridge with an address, and a veth for each pod: forwarded packets show on both.
    case bridge
    /// A routed veth for each pod; the node answers for the gateway.
    case veth
  }

  /// What the nodes' interfaces are made of.
  public enum Medium: Sendable {
    /// Virtual all the way: nobody ever completes a checksum.
    case virtual
    /// Hardware that completes checksums on the way out of a machine.
    case physical
  }

  /// The IPv4 ids that servers and nodes give to their packets.
  public enum Identifications: Sendable {
    /// A counter for each pair of addresses, as Linux keeps it.
    case counted
    /// One counter for all machines, eight packets an id: what a crowd comes to, where equal ids mean little.
    case shared
    /// Zero, as from sockets that insist on DF.
    case zero
  }

  public var nodes: [String] = ["n1", "n2", "n3"]
  public var pods: [PodSpec] = PodSpec.four
  public var services: [ServiceSpec] = [ServiceSpec()]
  public var fabric = Fabric.routed
  public var podLink = PodLink.bridge
  public var medium = Medium.virtual
  public var dataplane = Dataplane()
  public var balancer = Balancer.one("n1")
  public var isV6 = false
  public var identifications = Identifications.counted

  public init() {}

  public func with(_ change: (inout Topology) -> Void) -> Topology {
    var topology = self
    change(&topology)
    return topology
  }
}

/// A pod and the server in it.
public struct PodSpec: Sendable, Hashable {
  /// What the server does with a datagram.
  public enum Server: Sendable, Hashable {
    /// Answers `Hello UDP Client`.
    case hello
    /// Sends the same payload back.
    case echo
    /// Answers with this many datagrams, one every `every`.
    case stream(Int, every: Interval)
    /// Takes everything and says nothing.
    case silent
    /// Nothing listens: the pod's kernel refuses.
    case stopped
    /// As a QUIC server: answers with a connection id of its own choice.
    case quic
    /// Says who it is and whom it saw, in the protocol of the question: STUN, the affinity tester's, or a banner before
    /// the first echo.
    case reflector
  }

  public var name: String
  public var node: String
  public var app = "udp-server"
  public var isHostNetwork = false
  public var isReady = true
  public var server = Server.hello
  /// The source of its replies, where that is not the address the request came to.
  public var repliesFrom: IPAddress?
  /// What a reflector calls itself, where that is not its name.
  public var calledName: String?
  /// By how much the port that a reflector says it saw is off the truth.
  public var portError: UInt16 = 0

  public init(_ name: String, on node: String) {
    self.name = name
    self.node = node
  }

  public func with(_ change: (inout PodSpec) -> Void) -> PodSpec {
    var pod = self
    change(&pod)
    return pod
  }

  /// The pods of the recordings: one on n1, one on n2, two on n3.
  public static let four = [
    PodSpec("s1", on: "n1"), PodSpec("s2", on: "n2"), PodSpec("s3", on: "n3"),
    PodSpec("s4", on: "n3"),
  ]
}

/// A Service of Kubernetes.
public struct ServiceSpec: Sendable, Hashable {
  public enum Kind: String, Sendable {
    case clusterIP = "ClusterIP"
    case nodePort = "NodePort"
    case loadBalancer = "LoadBalancer"
    case headless = "None"
  }

  public enum Policy: String, Sendable {
    case cluster = "Cluster"
    case local = "Local"
  }

  public var name = "udp-server"
  public var kind = Kind.loadBalancer
  public var app = "udp-server"
  public var ports: [UInt16] = [20_001]
  /// The pods' own port, where it is another.
  public var targetPort: UInt16?
  public var policy = Policy.cluster
  /// The timeout of `sessionAffinity: ClientIP`; none where affinity is None.
  public var affinity: Interval?

  public init() {}

  public func with(_ change: (inout ServiceSpec) -> Void) -> ServiceSpec {
    var service = self
    change(&service)
    return service
  }
}

/// How the nodes choose backends and rewrite sources.
public struct Dataplane: Sendable {
  public enum Selection: Sendable {
    /// Once a flow, at random, remembered by conntrack: what kube-proxy does.
    case random
    /// Anew for every packet: IPVS one-packet scheduling.
    case spray
    /// A hash of the tuple over the ready backends, kept nowhere.
    case modulo
    /// The same, but a change of backends moves only the flows of the backend that changed.
    case consistent
  }

  public enum SourcePort: Sendable {
    /// `--random-fully`.
    case random
    /// The client's own where it is free at that backend.
    case preserved
    /// The client's own, free or not.
    case merged
  }

  public enum Affinity: Sendable {
    /// iptables: each endpoint remembers its last hundred client addresses.
    case recentList
    /// nftables and IPVS: a map without such a limit.
    case map
    /// Promised and not implemented.
    case ignored
    /// As a map, but a client stays on an endpoint that is not ready.
    case pinned
  }

  public var proxyMode = "iptables"
  public var selection = Selection.random
  public var sourcePort = SourcePort.random
  public var affinity = Affinity.recentList
  /// Whether policy Local is masqueraded all the same.
  public var masqueradesLocal = false
  /// Whether two first packets of one flow may be handled side by side on two cores.
  public var isParallel = false
  /// Whether the entries of an endpoint that went are deleted.
  public var cleansEntries = true
  /// Whether the first packet of a flow is lost while affinity is being learned.
  public var losesFirstPacket = false
  /// Whether backends answer clients directly, and as whom.
  public var directReply: DirectReply?
  public var unrepliedTimeout = Interval.seconds(30)
  public var streamTimeout = Interval.seconds(120)

  public enum DirectReply: Sendable {
    case asFront
    case asPod
  }

  public init() {}
}

/// Which node a client's datagram for the virtual address enters by.
public enum Balancer: Sendable {
  case one(String)
  /// A hash of the client's address over these nodes.
  case byAddress([String])
  /// A hash of the client's address and port.
  case byFlow([String])
  /// Turn and turn about in slices of this length.
  case alternating([String], Interval)
}
