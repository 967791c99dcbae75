import Affinity
import Cluster
import Correlation
import Protocols
import TestSupport
import Testing
import Wire
import Workbench

@Suite struct `Pods that say who they are` {
  /// The scenarios again, with pods that say whom they saw, whatever befalls the cluster.
  ///
  /// Every other scenario a turn, with protocols and the inventory by turns too.
  @Test(arguments: [0, 1])
  func `never contradict what is right`(turn: Int) throws {
    let payloads = [Traffic.Payload.stun, .affinityTester]
    var confirmed = 0
    for (index, scenario) in Scenario.all.enumerated() where scenario.isSmall && index % 2 == turn {
      let recording = scenario.speaking(payloads[index / 2 % 2]).play(seed: 11)
      let report = try report(
        of: recording.nodeFiles,
        index / 4 % 2 == 0 ? try recording.history : nil
      )
      let truth = Set(
        recording.truth.placements.keys.map { "\($0.client) \($0.backend) \($0.seenSource)" }
      )
      let wrong = report.contradictions.filter { one in
        let place = one.placement
        return truth.contains("\(one.client) \(place.backend) \(place.seenSource)")
      }
      #expect(wrong.map(\.because) == [], "\(scenario.name)")
      confirmed += report.statements.confirmed
    }
    #expect(confirmed > 200)
  }

  @Test(arguments: ["clean-stun", "clean-stun-v6-vxlan", "clean-affinity-tester", "clean-banner"])
  func `confirm every placement`(name: String) throws {
    let recording = try #require(Scenario.named(name)).play(seed: 5)
    for inventory in [try recording.history, nil] {
      let report = try report(of: recording.nodeFiles, inventory)
      #expect(report.statements.sessions == report.sessions.count)
      #expect(report.statements.confirmed == report.sessions.count)
      #expect(report.statements.contradicted == 0)
      #expect(report.verdict == .pass)
      let silent = try Self.unspoken(recording, inventory)
      for (told, untold) in zip(report.sessions, silent.sessions) {
        let doubt = 1 - told.placements[0].confidence
        let before = 1 - untold.placements[0].confidence
        #expect(abs(doubt * 10 - before) < 0.000_001)
      }
    }
  }

  /// The report without what pods said.
  private static func unspoken(_ recording: Recording, _ inventory: ClusterHistory?) throws
    -> Report
  {
    var nodes = try recording.nodeFiles.enumerated().map { try $1.observe(number: $0) }
    for index in nodes.indices {
      nodes[index].observations.removeAll { if case .statement = $0 { true } else { false } }
    }
    return report(of: nodes, inventory)
  }

  @Test func `shout where one of them lies about what it saw`() throws {
    let liar = Scenario(
      "liar",
      "A pod says that it saw another port.",
      Topology.reflecting.with { $0.pods[0].portError = 1 },
      traffic: [Traffic().with { $0.payload = .stun }]
    )
    let recording = liar.play(seed: 5)
    for inventory in [try recording.history, nil] {
      let report = try report(of: recording.nodeFiles, inventory)
      let backend = try #require(recording.truth.datagrams.first { $0.pod == "s1" }?.backend)
      let concerned = report.sessions.filter { $0.placements.contains { $0.backend == backend } }
      #expect(!concerned.isEmpty)
      #expect(report.contradictions.map(\.client).sorted() == concerned.map(\.client))
      #expect(report.contradictions.allSatisfy { $0.kind == "seen-source" })
      #expect(concerned.allSatisfy { $0.placements.allSatisfy { $0.confidence == 0.1 } })
      #expect(report.verdict == .inconclusive)
      let verdicts = report.services[0].verdicts
      #expect(verdicts.map(\.expectation).contains("no-loss"))
      for verdict in verdicts where verdict.expectation.hasPrefix("same-") {
        #expect(verdict.verdict == .inconclusive)
      }
      #expect(verdicts.last?.verdict == .pass)
      #expect(
        verdicts[0].reason
          == "what pods themselves answered contradicts the match of \(concerned.count) sessions"
      )
    }
  }

  @Test func `shout where one of them has another's name`() throws {
    let impostor = Scenario(
      "impostor",
      "A pod says that it is another.",
      Topology.reflecting.with { $0.pods[0].calledName = "s4" },
      traffic: [Traffic().with { $0.payload = .affinityTester }]
    )
    let recording = impostor.play(seed: 5)
    let report = try report(of: recording.nodeFiles, try recording.history)
    #expect(!report.contradictions.isEmpty)
    #expect(report.contradictions.allSatisfy { $0.kind == "pod" && $0.statedPod == "s4" })
    #expect(report.contradictions.allSatisfy { $0.placement.pod == "default/s1" })
    #expect(report.verdict == .inconclusive)
    // Without the inventory nobody knows better.
    #expect(try ProofTests.report(of: recording.nodeFiles, nil).contradictions.isEmpty)
  }

  /// As if the matcher had taken each session's answers for another's.
  @Test func `shout where legs were joined that do not belong together`() throws {
    let recording = try #require(Scenario.named("clean-stun")).play(seed: 5)
    var nodes = try recording.nodeFiles.enumerated().map { try $1.observe(number: $0) }
    var last: Endpoint?
    for node in nodes.indices {
      for index in nodes[node].observations.indices {
        guard case .statement(var statement) = nodes[node].observations[index],
          statement.leg.source.port == 20_001, statement.leg.destination.port >= 40_000,
          statement.leg.destination != statement.seenSource
        else { continue }
        swap(&last, &statement.seenSource)
        statement.pod = nil
        nodes[node].observations[index] = .statement(statement)
      }
    }
    let report = ProofTests.report(of: nodes, nil)
    #expect(report.contradictions.count > 6)
    #expect(report.verdict == .inconclusive)
    let reasons = report.contradictions.map(\.because)
    #expect(reasons.contains { $0.contains("legs were joined that do not belong together") })
  }

  /// What a gateway outside made of the pod's address is none of the cluster's business.
  @Test func `are told another address by a server outside, which contradicts nothing`() throws {
    let report = try Exchange(
      asked: "10.244.1.5:4000 > 192.0.2.9:3478",
      sentOn: "172.18.0.2:5000 > 192.0.2.9:3478",
      stated: "198.18.0.1:6000"
    )
    .report
    #expect(report.sessions.map(\.placements.count) == [1])
    #expect(report.statements.sessions == 1)
    #expect(report.contradictions.isEmpty)
  }

  @Test(arguments: [
    // The backend's own address: it passed the question on. Another's: it did not.
    ("10.244.1.5:5500", false), ("10.244.1.6:5500", true), ("10.244.1.1:1024", false),
  ])
  func `may be proxies, behind which others answer`(stated: String, isContradicted: Bool) throws {
    let report = try Exchange(
      asked: "203.0.113.1:40000 > 198.51.100.7:3478",
      sentOn: "10.244.1.1:1024 > 10.244.1.5:3478",
      stated: stated
    )
    .report
    #expect(report.sessions.map(\.placements.count) == [1])
    #expect(report.contradictions.isEmpty == !isContradicted)
  }

  @Test func `are no witnesses against the match with a name that nobody knows`() throws {
    let renamed = Scenario(
      "renamed",
      "A pod was told a name of its own.",
      Topology.reflecting.with { $0.pods[0].calledName = "server-one" },
      traffic: [Traffic().with { $0.payload = .stun }]
    )
    let recording = renamed.play(seed: 5)
    let report = try report(of: recording.nodeFiles, try recording.history)
    #expect(report.contradictions.isEmpty)
    #expect(report.verdict == .pass)
    #expect(report.blindSpots.map(\.kind) == ["pod-names"])
  }
}

extension Scenario {
  /// Whether it is quickly played.
  fileprivate var isSmall: Bool {
    traffic.reduce(0) { $0 + $1.clients * $1.flowsPerClient * $1.count } <= 1_000
  }

  /// The same with servers that say whom they saw, and clients that ask them.
  fileprivate func speaking(_ payload: Traffic.Payload) -> Scenario {
    var scenario = self
    for index in topology.pods.indices {
      switch topology.pods[index].server {
      case .hello, .echo, .quic: scenario.topology.pods[index].server = .reflector
      case .stream, .silent, .stopped, .reflector: break
      }
    }
    for index in traffic.indices where !traffic[index].mayFragment {
      scenario.traffic[index].payload = payload
    }
    return scenario
  }
}

/// Questions and answers of one session through the NAT of one node.
private struct Exchange {
  let report: Report

  init(asked: String, sentOn: String, stated: String) throws {
    let (outer, inner) = try (Self.leg(asked), Self.leg(sentOn))
    let seen = try #require(Endpoint(stated))
    var batch = SightingBatch()
    var frame: UInt64 = 0
    for number in 0..<6 {
      let request = StunRequest(transaction: Stun.Transaction(high: UInt64(number), low: 1))
      let question = written { request.write(to: &$0) }
      let answer = written {
        StunResponder(software: "", pod: "", node: "")
          .write(request, ofLength: question.count, from: seen, to: &$0)
      }
      for (leg, bytes, way) in [
        (outer, question, Link.Direction.incoming), (inner, question, .outgoing),
        (inner.reversed, answer, .incoming), (outer.reversed, answer, .outgoing),
      ] {
        frame += 1
        var packet = UDPSegment(leg, payload: bytes).packet
        packet.hopLimit = way == .outgoing ? 63 : 64
        packet.identification = UInt32(number * 2 + (bytes == question ? 1 : 2))
        let record = Link.linuxCookedV2(way, interface: 1, from: MACAddress(2)).frame(packet)
        batch.add(
          record.span,
          as: .linuxCookedV2,
          originalLength: record.count,
          time: Timestamp(nanoseconds: 1_000_000_000_000 + Int64(frame) * 100_000),
          interface: 0,
          witness: Witness(file: 0, frame: frame)
        )
      }
    }
    var observer = NodeObserver()
    var observations: [Observation] = []
    observer.observe(batch) { observations += $0 }
    observer.finish { observations += $0.observations }
    var analyst = ClusterAnalyst(inventory: nil)
    analyst.add(observations, from: 0)
    let coverage = Report.NodeCoverage(name: "n1", files: ["n1.pcap"])
    report = analyst.report(of: [
      ObservedNode(coverage, matching: observer.counts, orphans: observer.orphans)
    ])
  }

  private static func leg(_ text: String) throws -> FiveTuple {
    let ends = text.split(separator: " ").compactMap { Endpoint(String($0)) }
    return FiveTuple(from: try #require(ends.first), to: try #require(ends.last))
  }
}
