internal import Wire

/// The simulated cluster: everything that changes while a scenario plays.
///
/// A packet is an event at a place. What a place does with it is in the extensions; what anybody there could have captured
/// goes into `records` at once, so captures come out in the order in which the model's kernels took them.
final class World {
  enum Event {
    case send(flow: Int, number: Int)
    /// A packet reaches a node from the network; with the sending node where it comes through the tunnel.
    case arrive(Flight, node: Int, tunnelledFrom: Int?)
    /// A pod's packet reaches its node.
    case fromPod(Flight, pod: Int)
    /// A node has decided and lets go.
    case leave(Flight, node: Int, egress: Egress, entry: Int?)
    case deliver(Flight, pod: Int)
    case reachClient(Flight)
    case reply(Flight, pod: Int)
    case strike(Int)
    case vanish(pod: Int)
    case unreachable(node: Int)
  }

  enum Egress {
    case pod(Int)
    /// Through the pod network to another node.
    case node(Int)
    /// Straight to another node's own address.
    case neighbour(Int)
    case outside
  }

  enum Ingress {
    case network
    case pod(Int)
    case local
  }

  struct Node {
    var name: String
    var table = Conntrack()
    /// ClientIP affinity as a map: when the last flow of a client started, and on which pod.
    var affinity: [AffinityKey: (pod: Int, at: Int64)] = [:]
    /// ClientIP affinity as iptables keeps it: each endpoint's last hundred clients, the oldest first.
    var recent: [RecentKey: [(client: IPAddress, at: Int64)]] = [:]
    /// Entries by tuple and pod where the choice itself is not remembered.
    var stateless: [StatelessKey: Int] = [:]
    /// When each of two cores is free again.
    var cores: [Int64] = [0, 0]
    var errors: [IPAddress: TokenBucket] = [:]
    /// Datagrams for a pod that is gone, waiting for ARP to fail.
    var unresolved: [Flight] = []
    var hasRules = true
    var isFull = false
    /// How many more find a place in a full table.
    var endedEntries = 0
    var losesLaterFragments = false
    var hasWrongEncapsulation = false
    var losesReplies = false
    var nextSourcePort: UInt16?
    var learned: Set<FiveTuple> = []
  }

  struct AffinityKey: Hashable {
    var client: IPAddress
    var service: Int
    var port: UInt16
  }

  struct RecentKey: Hashable {
    var pod: Int
    var service: Int
    var port: UInt16
  }

  struct StatelessKey: Hashable {
    var tuple: FiveTuple
    var pod: Int
  }

  struct Pod {
    var spec: PodSpec
    var node: Int
    var address: IPAddress
    var host: Int
    var uid: Int
    var isGone = false
    var isTerminating = false
    var terminatingSince: Int64 = 0
    var isHung = false
    var createdAt: Int64
    var readinessChangedAt: Int64
    var errors: [IPAddress: TokenBucket] = [:]
  }

  struct Flow {
    var client: Endpoint
    var front: Endpoint
    var traffic: Int
    var times: [Int64]
    /// What its connection ids are drawn from: shared by the tuples of one connection.
    var connection: UInt64
    var hasBegun: Bool
    var identification: UInt32
    var flowLabel: UInt32
    var origin: Origin
  }

  enum Origin {
    case external
    case pod(Int)
    case node(Int)
  }

  let topology: Topology
  let traffic: [Traffic]
  let incidents: [Incident]
  let plan: AddressPlan
  /// 2026-11-21T00:20:16Z, like the first recording.
  let start: Int64 = 1_795_220_416_000_000_000

  var generator: SeededGenerator
  var queue = EventQueue<Event>()
  var now: Int64
  var nodes: [Node] = []
  var pods: [Pod] = []
  var owners: [IPAddress: Int] = [:]
  var flows: [Flow] = []
  var flowOfSerial: [Int] = []
  var balancer: Balancer
  var balancerMode = ""
  var records: [[Record]] = []
  var truth = Truth()
  var causes: [Int: String] = [:]
  var lastIngress: [FiveTuple: Int] = [:]
  var directFlows: [FiveTuple: Endpoint] = [:]
  var inventories: [Recording.Inventory] = []
  var events: [(at: Timestamp, text: String)] = []
  var clientsOnNode: [Endpoint: Int] = [:]
  var renumbered: [Endpoint: String] = [:]
  var identifications: [FiveTuple: (value: UInt32, at: Int64)] = [:]
  var sharedIdentification = 4_096
  var outerIdentifications: [OuterKey: UInt32] = [:]
  var resourceVersion = 200
  var otherServiceVersion = 0

  init(_ scenario: Scenario, seed: UInt64) {
    topology = scenario.topology
    traffic = scenario.traffic
    incidents = scenario.incidents
    plan = AddressPlan(isV6: scenario.topology.isV6)
    generator = SeededGenerator(seed: seed)
    balancer = scenario.topology.balancer
    if case .alternating = balancer { balancerMode = "A8" }
    now = start
    for name in topology.nodes {
      nodes.append(Node(name: name))
      records.append([])
    }
    for spec in topology.pods { add(spec) }
  }

  func run() {
    snapshot()
    for index in traffic.indices { expand(index) }
    for (index, flow) in flows.enumerated() {
      for (number, time) in flow.times.enumerated() {
        queue.push(.send(flow: index, number: number), at: time)
      }
    }
    for (index, incident) in incidents.enumerated() {
      queue.push(.strike(index), at: start + incident.at.nanoseconds)
    }
    while let (time, event) = queue.pop() {
      now = time
      handle(event)
    }
    snapshot()
    conclude()
  }

  private func handle(_ event: Event) {
    switch event {
    case .send(let flow, let number): send(flow, number)
    case .arrive(let flight, let node, let sender): arrive(flight, node, tunnelledFrom: sender)
    case .fromPod(let flight, let pod): enterFromPod(flight, pod)
    case .leave(let flight, let node, let egress, let entry): leave(flight, node, egress, entry)
    case .deliver(let flight, let pod): deliver(flight, pod)
    case .reachClient(let flight): reachClient(flight)
    case .reply(let flight, let pod): emit(flight, from: pod)
    case .strike(let index): strike(incidents[index])
    case .vanish(let pod): vanish(pod)
    case .unreachable(let node): giveUp(node)
    }
  }

  func later(_ event: Event, after nanoseconds: Int) {
    queue.push(event, at: now + Int64(nanoseconds))
  }

  func node(_ name: String) -> Int {
    guard let index = topology.nodes.firstIndex(of: name) else {
      preconditionFailure("the scenario names a node that its topology lacks: \(name)")
    }
    return index
  }

  func pod(_ name: String) -> Int {
    guard let index = pods.lastIndex(where: { $0.spec.name == name }) else {
      preconditionFailure("the scenario names a pod that its topology lacks: \(name)")
    }
    return index
  }

  func service(_ name: String) -> Int {
    guard let index = topology.services.firstIndex(where: { $0.name == name }) else {
      preconditionFailure("the scenario names a service that its topology lacks: \(name)")
    }
    return index
  }

  /// Gives a pod the next address of its node, or the one it is to take over.
  func add(_ spec: PodSpec, reusing address: IPAddress? = nil) {
    let node = node(spec.node)
    let host = 2 + pods.count { $0.node == node && !$0.spec.isHostNetwork }
    let own = spec.isHostNetwork ? plan.node(node) : plan.podNetwork(node, host: host)
    pods.append(
      Pod(
        spec: spec,
        node: node,
        address: address ?? own,
        host: host,
        uid: pods.count,
        createdAt: now == start ? now - 5_000_000_000 : now,
        readinessChangedAt: now
      )
    )
    if !spec.isHostNetwork { owners[address ?? own] = pods.count - 1 }
  }
}

/// The kernel's limit on ICMP errors to one destination: a burst of six, then one a second.
struct TokenBucket {
  private var tokens = 6.0
  private var last: Int64 = 0

  mutating func take(at now: Int64) -> Bool {
    tokens = min(6, tokens + Double(now - last) / 1e9)
    last = now
    guard tokens >= 1 else { return false }
    tokens -= 1
    return true
  }
}
