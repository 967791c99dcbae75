import Affinity
import Correlation
import Protocols
import Testing
import Wire
import Workbench

@Suite struct `What a node's kernel says` {
  private static let seed: UInt64 = 3

  /// The report of a scenario whose first node's kernel was asked once a second, from a second before its first packet.
  private func report(
    of scenario: Scenario,
    asking told: ((_ second: Int, _ facts: inout NodeFacts) -> Void)? = nil
  ) throws -> Report {
    let recording = scenario.play(seed: Self.seed)
    var nodes = try recording.nodeFiles.enumerated().map { try $1.observe(number: $0) }
    if let told {
      let began = try #require(nodes.compactMap(\.node.coverage.from).min())
      let ended = try #require(nodes.compactMap(\.node.coverage.to).max())
      let first = try #require(nodes.firstIndex { $0.node.coverage.name == "n1" })
      for second in -1...Int(ended.since(began).nanoseconds / 1_000_000_000) + 1 {
        var facts = NodeFacts(at: began + .seconds(Int64(second)))
        told(second, &facts)
        nodes[first].observations.append(.facts(facts))
      }
    }
    return ProofTests.report(of: nodes, try recording.history)
  }

  private func named(_ name: String) throws -> Scenario { try #require(Scenario.named(name)) }

  private func findings(_ mode: String, in report: Report) -> [Report.Finding] {
    report.findings.filter { $0.mode == mode }
  }

  /// Where something is unknown, nothing changes.
  @Test(arguments: ["idle-expiry", "flush", "conntrack-full", "poisoned-entry"])
  func `changes nothing where it says nothing`(name: String) throws {
    let scenario = try named(name)
    #expect(json(try report(of: scenario)) == json(try report(of: scenario) { _, _ in }))
  }

  @Test func `makes its own timeouts count where the user told none`() throws {
    let scenario = try named("idle-expiry")
    let guessed = findings("A1", in: try report(of: scenario))
    let told = findings(
      "A1",
      in: try report(of: scenario) { _, facts in
        facts.timeouts = NodeFacts.Timeouts(unanswered: .seconds(30), stream: .seconds(100))
      }
    )
    #expect(!guessed.isEmpty && guessed.count == told.count)
    #expect(guessed.allSatisfy { $0.confidence == 0.85 })
    #expect(told.allSatisfy { $0.confidence == 0.95 })
    #expect(guessed[0].because[0].hasSuffix("longer than conntrack's 120 s (the kernel's default)"))
    #expect(told[0].because[0].hasSuffix("longer than conntrack's 100 s (as its kernel says)"))
  }

  @Test func `rules out idle expiry where entries live longer than anyone was silent`() throws {
    let scenario = try named("idle-expiry")
    let told = try report(of: scenario) { _, facts in
      facts.timeouts = NodeFacts.Timeouts(unanswered: .seconds(300), stream: .seconds(300))
    }
    #expect(findings("A1", in: told).isEmpty)
    let ruledOut = told.findings.flatMap(\.ruledOut).filter { $0.mode == "A1" }.map(\.why)
    #expect(ruledOut.contains { $0.hasSuffix("conntrack's timeout 300 s") })
  }

  @Test func `takes IPVS for what it is`() throws {
    let told = try report(of: try named("idle-expiry")) { _, facts in
      facts.proxyMode = .ipvs
      facts.timeouts = NodeFacts.Timeouts(unanswered: .seconds(30), stream: .seconds(120))
    }
    #expect(findings("A1", in: told).isEmpty)
  }

  @Test func `names the restart that emptied a table, or clears kube-proxy of it`() throws {
    let scenario = try named("flush")
    var start: Timestamp?
    let restarted = try report(of: scenario) { second, facts in
      // The flush is three seconds after the first packet.
      if second == 1 { start = facts.time }
      facts.proxyStart = start
    }
    let near = findings("A2", in: restarted)
    #expect(!near.isEmpty)
    #expect(near.allSatisfy { $0.confidence == 0.98 })
    let words = try #require(near.first?.because.last)
    #expect(words == "the kube-proxy of n1 began at \(try #require(start))")
    let steady = try report(of: scenario) { _, facts in
      facts.proxyStart = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
    }
    let far = findings("A2", in: steady)
    #expect(far.count == near.count)
    #expect(far.allSatisfy { $0.confidence == 0.95 })
    #expect(
      far[0].because.last
        == "the kube-proxy of n1 had been running since 2023-11-14T22:13:20.000000000Z: it did not restart then"
    )
  }

  @Test func `proves a full table, by its entries and what it dropped`() throws {
    let scenario = try named("conntrack-full")
    let guessed = findings("B14", in: try report(of: scenario))
    let told = try report(of: scenario) { second, facts in
      facts.table = NodeFacts.Table(
        count: (2...4).contains(second) ? 262_144 : 200_000,
        limit: 262_144
      )
      facts.refusals = NodeFacts.Refusals(
        insertions: 7,
        packets: UInt64(min(max(second, 2), 4)) * 100
      )
    }
    #expect(!guessed.isEmpty)
    #expect(guessed.allSatisfy { $0.confidence == 0.75 })
    let proven = findings("B14", in: told)
    #expect(proven.count >= guessed.count)
    #expect(proven.allSatisfy { $0.confidence == 0.95 })
    let words = try #require(proven.first?.because.first)
    #expect(
      words.hasPrefix("n1's conntrack table had 262144 of 262144 entries, and its kernel dropped ")
    )
  }

  @Test func `refutes a full table, where there was room all the time`() throws {
    let told = try report(of: try named("conntrack-full")) { _, facts in
      facts.table = NodeFacts.Table(count: 100, limit: 262_144)
      facts.refusals = NodeFacts.Refusals(insertions: 7, packets: 3)
    }
    #expect(findings("B14", in: told).isEmpty)
  }

  /// The packets of a full table and of a strict filter are the same: new flows without a twin.
  @Test(arguments: [(true, 1), (true, 0), (true, 50), (false, 1)])
  func `tells a strict filter, where it dropped as many as were lost`(isStrict: Bool, factor: Int)
    throws
  {
    let scenario = try named("conntrack-full")
    let lost = scenario.play(seed: Self.seed).truth.datagrams
      .filter { $0.received == nil }.map(\.sent)
    #expect(lost.count > 20)
    let told = try report(of: scenario) { _, facts in
      facts.table = NodeFacts.Table(count: 100, limit: 262_144)
      facts.refusals = NodeFacts.Refusals(insertions: 0, packets: 0)
      facts.reversePath = NodeFacts.ReversePath(
        strictCount: isStrict ? 3 : 0,
        strictName: StatedName("eth0"),
        dropped: UInt64(10 + lost.count { $0 <= facts.time } * factor)
      )
    }
    let found = findings("B15", in: told)
    guard isStrict, factor == 1 else {
      #expect(found.isEmpty)
      return
    }
    #expect(!found.isEmpty)
    #expect(found.allSatisfy { $0.confidence == 0.85 })
    let because = try #require(found.first?.because.first)
    #expect(
      because.hasPrefix(
        "eth0 and 2 other interfaces of n1 filtered by the reverse path strictly, and the kernel dropped "
      )
    )
    #expect(because.hasSuffix(" packets by that meanwhile: as many as were lost"))
  }

  @Test func `of its clock is told where the order of nodes depends on it`() throws {
    let scenario = try named("flush")
    let told = try report(of: scenario) { _, facts in
      facts.clock = NodeFacts.Clock(isSynchronized: false, estimatedError: .seconds(16))
    }
    let spots = told.blindSpots.filter { $0.kind == "clock" && $0.location == "n1" }
    #expect(spots.count == 1)
    #expect(spots.first?.effect.contains("not synchronized (estimated error 16 s)") == true)
    let good = try report(of: scenario) { _, facts in
      facts.clock = NodeFacts.Clock(isSynchronized: true, estimatedError: .microseconds(40))
    }
    #expect(json(good) == json(try report(of: scenario)))
  }
}
