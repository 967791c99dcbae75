import Companions
import System
import TestSupport
import Testing
import Wire

/// A cluster of pods on a simulated clock: delays, losses, cut wires, deaths, late DNS, wall clocks that disagree.
private struct SimulatedCluster {
  struct Pod {
    var address: IPAddress
    var engine: LeaderEngine
    var isAlive = true
    var skew: Int64
    /// 0, or the side of a cut wire.
    var side = 0
    var nextResolution: Instant
  }

  struct Letter {
    var at: Instant
    var from: IPAddress
    var to: IPAddress
    var message: LeaderMessage
  }

  var now = Instant(nanoseconds: 1_000_000_000_000)
  var pods: [Pod] = []
  var letters: [Letter] = []
  var random: SplitMix64
  var lossPercent = 0
  var leaders: [UInt64: IPAddress] = [:]
  /// What must never be.
  var faults: [String] = []
  var ledTime = 0
  var steps = 0
  var events: [LeaderEngine.Event] = []
  private var nextHost: UInt32 = 1
  static let step = Interval.milliseconds(10)
  static let wall: Int64 = 1_795_244_588_000_000_000

  init(_ count: Int, seed: UInt64, preferred: Int? = nil) {
    random = SplitMix64(state: seed)
    for _ in 0..<count { add(preferred: preferred.map { Self.address(UInt32($0)) }) }
  }

  static func address(_ host: UInt32) -> IPAddress { IPAddress(v4: 0x0af4_0100 + host) }

  func time(_ pod: Pod) -> Timestamp {
    Timestamp(nanoseconds: Self.wall + now.nanoseconds + pod.skew)
  }

  mutating func add(preferred: IPAddress? = nil) {
    let address = Self.address(nextHost)
    nextHost += 1
    let skew = Int64.random(in: -2_000_000_000...2_000_000_000, using: &random)
    pods.append(
      Pod(address: address, engine: start(address, preferred), skew: skew, nextResolution: now)
    )
  }

  mutating func start(_ address: IPAddress, _ preferred: IPAddress? = nil) -> LeaderEngine {
    let configuration = LeaderEngine.Configuration(
      own: address,
      preferred: preferred,
      seed: random.next()
    )
    return LeaderEngine(configuration, at: now)
  }

  /// What the name resolves to: the pods that live.
  var resolved: [IPAddress] { pods.filter(\.isAlive).map(\.address) }

  var leading: [IPAddress] {
    pods.filter { $0.isAlive && $0.engine.isLeader }.map(\.address)
  }

  mutating func run(_ duration: Interval, _ churn: (inout Self) -> Void = { _ in }) {
    let end = now + duration
    while now < end {
      now = now + Self.step
      churn(&self)
      deliver()
      for index in pods.indices where pods[index].isAlive {
        if now >= pods[index].nextResolution {
          pods[index].engine.resolve(resolved, at: now)
          let next = Int64.random(in: 1_500...2_000, using: &random)
          pods[index].nextResolution = now + .milliseconds(next)
        }
        if now >= pods[index].engine.nextTick {
          pods[index].engine.tick(at: now, time: time(pods[index]))
        }
        post(index)
      }
      judge()
    }
  }

  private mutating func deliver() {
    let due = letters.filter { $0.at <= now }
    letters.removeAll { $0.at <= now }
    for letter in due {
      guard let to = pods.firstIndex(where: { $0.isAlive && $0.address == letter.to }) else {
        continue
      }
      pods[to].engine.receive(letter.message, from: letter.from, at: now, time: time(pods[to]))
      post(to)
    }
  }

  private mutating func post(_ index: Int) {
    for effect in pods[index].engine.takeEffects() {
      switch effect {
      case .log(let event):
        events.append(event)
        if case .leading(let term) = event {
          if let other = leaders[term] {
            faults.append("term \(term): \(other) and \(pods[index].address)")
          }
          leaders[term] = pods[index].address
        }
      case .send(let message, let address):
        guard Int.random(in: 0..<100, using: &random) >= lossPercent,
          let to = pods.first(where: { $0.address == address }), to.side == pods[index].side
        else { continue }
        let delay = Int64.random(in: 1...80, using: &random)
        // Through the bytes, as in life.
        let bytes = message.encoded(key: nil, at: time(pods[index]))
        guard let read = try? LeaderMessage(bytes.span, key: nil, at: time(to)), read == message
        else {
          faults.append("does not read: \(message)")
          continue
        }
        letters.append(
          Letter(
            at: now + .milliseconds(delay),
            from: pods[index].address,
            to: address,
            message: read
          )
        )
      }
    }
  }

  private mutating func judge() {
    steps += 1
    let leading = leading
    if leading.count > 1 {
      faults.append("split at \(now.nanoseconds / 1_000_000): \(leading)")
    }
    if leading.count == 1 { ledTime += 1 }
  }
}

@Suite struct LeaderEngineTests {
  @Test(arguments: [1, 2, 3, 5, 7])
  func `pods that start together agree on one leader, the one that was named`(count: Int) {
    var cluster = SimulatedCluster(count, seed: 1, preferred: count)
    cluster.run(.seconds(12))
    #expect(cluster.leading == [SimulatedCluster.address(UInt32(count))])
    #expect(cluster.pods.allSatisfy { $0.engine.leader == cluster.leading.first })
    #expect(cluster.faults == [])
    #expect(cluster.leaders.count == 1)
  }

  @Test func `when the leader dies, the next in its list leads`() {
    var cluster = SimulatedCluster(3, seed: 2, preferred: 2)
    cluster.run(.seconds(12))
    let list = cluster.pods[0].engine.list
    #expect(list == [2, 3, 1].map(SimulatedCluster.address))
    cluster.pods[1].isAlive = false
    cluster.run(.seconds(8))
    #expect(cluster.leading == [SimulatedCluster.address(3)])
    #expect(cluster.faults == [])
  }

  @Test func `of two, the other leads when one dies`() {
    var cluster = SimulatedCluster(2, seed: 3, preferred: 1)
    cluster.run(.seconds(12))
    cluster.pods[0].isAlive = false
    cluster.run(.seconds(8))
    #expect(cluster.leading == [SimulatedCluster.address(2)])
  }

  @Test func `a new pod learns the leader and changes nothing`() {
    var cluster = SimulatedCluster(3, seed: 4, preferred: 1)
    cluster.run(.seconds(12))
    cluster.add()
    cluster.run(.seconds(12))
    #expect(cluster.pods[3].engine.leader == SimulatedCluster.address(1))
    #expect(cluster.leaders.count == 1)
    #expect(cluster.pods[0].engine.list.count == 4)
  }

  @Test(arguments: [0, 1, 2])
  func `whoever is asked, the pod that is named leads within seconds`(asked: Int) {
    var cluster = SimulatedCluster(3, seed: 5, preferred: 1)
    cluster.run(.seconds(12))
    cluster.pods[asked].engine.order(SimulatedCluster.address(3), at: cluster.now)
    cluster.run(.seconds(2))
    #expect(cluster.leading == [SimulatedCluster.address(3)])
    #expect(cluster.pods.allSatisfy { $0.engine.leader == SimulatedCluster.address(3) })
    #expect(cluster.faults == [])
    #expect(cluster.leaders.count == 2)
  }

  @Test func `an address that is no pod is refused and changes nothing`() {
    var cluster = SimulatedCluster(3, seed: 6, preferred: 1)
    cluster.run(.seconds(12))
    let stranger = IPAddress(v4: 0x0808_0808)
    let isTaken = cluster.pods[1].engine.order(stranger, at: cluster.now)
    #expect(!isTaken)
    cluster.run(.seconds(5))
    #expect(cluster.leading == [SimulatedCluster.address(1)])
    #expect(cluster.events.contains(.refused(stranger, .notAPod)))
    #expect(cluster.leaders.count == 1)
  }

  @Test func `a leader that is cut off stops before another begins`() {
    var cluster = SimulatedCluster(5, seed: 7, preferred: 1)
    cluster.run(.seconds(12))
    cluster.pods[0].side = 1
    cluster.pods[1].side = 1
    cluster.run(.seconds(20))
    #expect(cluster.leading == [SimulatedCluster.address(3)])
    cluster.pods[0].side = 0
    cluster.pods[1].side = 0
    cluster.run(.seconds(5))
    #expect(cluster.leading == [SimulatedCluster.address(3)])
    #expect(cluster.pods.allSatisfy { $0.engine.leader == SimulatedCluster.address(3) })
    #expect(cluster.faults == [])
  }

  @Test(arguments: [11, 12] as [UInt64])
  func `two hours of churn: never two leaders, never two in one term`(seed: UInt64) {
    var cluster = SimulatedCluster(5, seed: seed)
    cluster.lossPercent = 3
    var nextTrouble = cluster.now + .seconds(15)
    cluster.run(.seconds(7_200)) { cluster in
      guard cluster.now >= nextTrouble else { return }
      nextTrouble =
        cluster.now + .milliseconds(Int64.random(in: 2_000...40_000, using: &cluster.random))
      let index = Int.random(in: 0..<cluster.pods.count, using: &cluster.random)
      switch Int.random(in: 0..<10, using: &cluster.random) {
      case 0, 1:
        // The leader, more often than chance has it.
        let leader = cluster.pods.firstIndex { $0.engine.isLeader } ?? index
        if cluster.pods.count(where: \.isAlive) > 3 { cluster.pods[leader].isAlive = false }
      case 2 where cluster.pods.count(where: \.isAlive) > 3: cluster.pods[index].isAlive = false
      case 3, 4:
        // Restarts with nothing remembered, at its own address.
        let address = cluster.pods[index].address
        cluster.pods[index].engine = cluster.start(address)
        cluster.pods[index].isAlive = true
      case 5:
        for other in cluster.pods.indices where !cluster.pods[other].isAlive {
          let address = cluster.pods[other].address
          cluster.pods[other].engine = cluster.start(address)
          cluster.pods[other].isAlive = true
        }
      case 6:
        for other in cluster.pods.indices {
          cluster.pods[other].side = Int.random(in: 0...1, using: &cluster.random)
        }
      case 7, 8:
        for other in cluster.pods.indices { cluster.pods[other].side = 0 }
      default:
        let named = cluster.pods[Int.random(in: 0..<cluster.pods.count, using: &cluster.random)]
        cluster.pods[index].engine.order(named.address, at: cluster.now)
      }
    }
    #expect(cluster.faults.prefix(5) == [])
    #expect(cluster.leaders.count > 50)
    // What was led of the time, cut wires and deaths included.
    #expect(Double(cluster.ledTime) / Double(cluster.steps) > 0.85)
    // And calm after the storm.
    cluster.lossPercent = 0
    for index in cluster.pods.indices {
      cluster.pods[index].side = 0
      if !cluster.pods[index].isAlive {
        let address = cluster.pods[index].address
        cluster.pods[index].engine = cluster.start(address)
        cluster.pods[index].isAlive = true
      }
    }
    cluster.run(.seconds(40))
    #expect(cluster.leading.count == 1)
    #expect(cluster.pods.allSatisfy { $0.engine.leader == cluster.leading.first })
  }
}
