import Companions
import Protocols
import System
import Testing
import Wire

@Suite struct ClientRecordTests {
  static let seen = ClientWire.Reflective.endpoint(Endpoint(IPAddress(v4: 0xc000_0207), 40_000))
  static let other = ClientWire.Reflective.endpoint(Endpoint(IPAddress(v4: 0xc000_0207), 40_001))

  static func at(_ milliseconds: Int64) -> Instant {
    Instant(nanoseconds: milliseconds * 1_000_000)
  }

  static func answer(
    _ sequence: UInt32?,
    _ pod: String = "a",
    _ reflective: ClientWire.Reflective = seen
  ) -> ClientWire.Answer {
    ClientWire.Answer(sequence: sequence, pod: pod, reflective: reflective)
  }

  static func record(sent count: UInt32) -> ClientRecord {
    var record = ClientRecord(
      id: 1_500_000_000,
      local: Endpoint(IPAddress(v4: 1), 1),
      timeout: .milliseconds(500)
    )
    for sequence in 1...count { record.send(sequence, at: at(Int64(sequence) * 100)) }
    return record
  }

  @Test func `answers in order are answered and nothing else`() {
    var record = Self.record(sent: 3)
    #expect(
      record.receive(Self.answer(1), at: Self.at(110))
        == [.established(pod: "a", reflective: Self.seen)]
    )
    #expect(record.receive(Self.answer(2), at: Self.at(210)) == [])
    #expect(record.unanswered == 1)
    #expect(record.receive(Self.answer(3), at: Self.at(310)) == [])
    #expect(
      [record.sent, record.answered, record.unanswered, record.duplicated, record.reordered]
        == [3, 3, 0, 0, 0]
    )
    #expect(record.roundTrips.percentile(0.5) == .milliseconds(10))
  }

  @Test func `duplicates, overtaken answers and strangers are told apart`() {
    var record = Self.record(sent: 4)
    for sequence in [1, 3, 3, 2, 9, 4] as [UInt32] {
      _ = record.receive(Self.answer(sequence), at: Self.at(450))
    }
    #expect(
      [record.answered, record.unanswered, record.duplicated, record.reordered] == [4, 0, 1, 1]
    )
  }

  @Test func `a change names both values, and a change back is another`() {
    var record = Self.record(sent: 4)
    _ = record.receive(Self.answer(1), at: Self.at(400))
    #expect(
      record.receive(Self.answer(2, "b"), at: Self.at(401)) == [.podChanged(from: "a", to: "b")]
    )
    #expect(
      record.receive(Self.answer(3, "a", Self.other), at: Self.at(402))
        == [.podChanged(from: "b", to: "a"), .reflectiveChanged(from: Self.seen, to: Self.other)]
    )
    #expect(record.podChanges == 2)
    #expect(record.reflectiveChanges == 1)
    #expect(record.pods.map(\.name) == ["a", "b"])
    #expect(record.pods.map(\.answers) == [2, 1])
  }

  @Test func `a gap is told once, and its end with what was lost`() {
    var record = Self.record(sent: 6)
    _ = record.receive(Self.answer(1), at: Self.at(110))
    #expect(record.check(at: Self.at(699)) == [])
    #expect(record.check(at: Self.at(701)) == [.gapBegan(at: 2)])
    #expect(record.check(at: Self.at(900)) == [])
    #expect(
      record.receive(Self.answer(5), at: Self.at(910))
        == [.recovered(lost: 3, silence: .milliseconds(800))]
    )
    #expect(record.gaps == 1)
    // A late answer is an answer after all.
    #expect(record.receive(Self.answer(3), at: Self.at(950)) == [])
    #expect([record.answered, record.unanswered, record.late] == [3, 3, 1])
  }

  @Test func `answers without a number are taken in order`() {
    var record = Self.record(sent: 3)
    for time in [400, 410] as [Int64] {
      _ = record.receive(Self.answer(nil), at: Self.at(time))
    }
    #expect([record.answered, record.duplicated] == [2, 0])
    _ = record.receive(Self.answer(nil), at: Self.at(420))
    _ = record.receive(Self.answer(nil), at: Self.at(430))
    #expect([record.answered, record.duplicated] == [3, 1])
  }

  @Test func `a long run keeps its counts though it forgets its requests`() {
    var record = ClientRecord(
      id: 1,
      local: Endpoint(IPAddress(v4: 1), 1),
      timeout: .milliseconds(1)
    )
    for sequence in 1...20_000 as ClosedRange<UInt32> {
      record.send(sequence, at: Self.at(Int64(sequence)))
      if sequence % 4 != 0 {
        _ = record.receive(Self.answer(sequence), at: Self.at(Int64(sequence)))
      }
      _ = record.check(at: Self.at(Int64(sequence)))
    }
    #expect([record.sent, record.answered, record.unanswered] == [20_000, 15_000, 5_000])
    #expect(record.gaps == 0)
  }

  @Test func `percentiles are right to a sixteenth`() throws {
    var trips = RoundTrips()
    #expect(trips.percentile(0.5) == nil)
    for microseconds in 1...1_000 as ClosedRange<Int64> {
      trips.add(.microseconds(microseconds))
    }
    for (share, expected) in [(0.5, 500.0), (0.9, 900), (0.99, 990), (1, 1_000)] {
      let found = Double(try #require(trips.percentile(share)).nanoseconds) / 1_000
      #expect(found >= expected && found <= expected * 17 / 16, "\(share): \(found)")
    }
    trips.add(.seconds(1_000_000))
    trips.add(Interval(nanoseconds: -5))
    #expect(trips.count == 1_002)
  }

  @Test func `a broadcast is repeated to those who are missing alone`() {
    let addresses = (1...3).map { IPAddress(v4: $0) }
    var round = BroadcastRound("hi", id: 7, to: addresses)
    #expect(round.attempt() == addresses)
    let acknowledgement = Broadcast.Acknowledgement(id: 7, pod: "s-1").encoded
    #expect(round.receive(acknowledgement.span, from: addresses[1]) == "s-1")
    #expect(round.receive(acknowledgement.span, from: addresses[1]) == nil)
    #expect(round.receive(acknowledgement.span, from: IPAddress(v4: 9)) == nil)
    let foreign = Broadcast.Acknowledgement(id: 8, pod: "s-0").encoded
    #expect(round.receive(foreign.span, from: addresses[0]) == nil)
    #expect(round.attempt() == [addresses[0], addresses[2]])
    #expect(round.acknowledged == 1)
    #expect(!round.isComplete)
    #expect(round.receivers.map(\.attempts) == [2, 1, 2])
  }
}

@Suite struct PlanTests {
  /// A client that got its answers from these pods, in this order; a dot is none.
  static func record(_ pods: String) -> ClientRecord {
    var record = ClientRecordTests.record(sent: UInt32(pods.count))
    for (index, pod) in pods.enumerated() where pod != "." {
      _ = record.receive(
        ClientRecordTests.answer(UInt32(index + 1), String(pod)),
        at: ClientRecordTests.at(9_000)
      )
    }
    return record
  }

  @Test(arguments: [
    (PlanExperiment.steady, ["aaaa", "bbbb"], PlanExperiment.Outcome.held, "", false),
    (.steady, ["abab", "baba"], .moved, "A14 per-packet-spray", true),
    (
      .steady, ["aaaaaaaa", "aaaaabbb"], .moved,
      "A2 proxy-restart-flush, A5 ingress-node-switch: look at the time", true
    ),
    (.newPorts, ["a", "b", "a"], .spread, "each port is placed anew: no ClientIP affinity", false),
    (
      .newPorts, ["a", "a", "a"], .held,
      "one pod for all ports: ClientIP affinity, or there is but one", false
    ),
    (.burst, ["aabaaaaa", "aaaaaaaa"], .moved, "A13 clash-split: 1 of 2 flows", true),
    (.large, ["....", "...."], .lost, "B13 fragment-loss, B17 mtu-gso-drop", true),
    (.idleUnrepliedOver, ["ab", "aa"], .moved, "A1 idle-expiry", false),
    (
      .idleUnreplied, ["ab", "aa"], .moved, "A1 idle-expiry, with a shorter timeout than thought",
      true
    ),
    (.identical, ["aa.a"], .held, "1 lost", false),
  ])
  func `outcomes suggest modes`(
    experiment: PlanExperiment,
    pods: [String],
    outcome: PlanExperiment.Outcome,
    suggests: String,
    isBroken: Bool
  ) {
    let row = experiment.judge(pods.map(Self.record), podsSeen: 2, promisesClientIP: false)
    #expect(row.outcome == outcome)
    #expect(row.suggests == suggests)
    #expect(row.isBroken == isBroken)
  }

  @Test func `where ClientIP is promised, ports that are placed anew break it`() {
    let row = PlanExperiment.newPorts.judge(
      ["a", "b"].map(Self.record),
      podsSeen: 2,
      promisesClientIP: true
    )
    #expect(row.isBroken)
    #expect(row.suggests.hasPrefix("A18 affinity-ignored"))
  }

  @Test func `clients wait just under and just over the timeouts`() {
    let schedules = PlanExperiment.idle.map {
      $0.schedule(unreplied: .seconds(30), stream: .seconds(120), margin: .seconds(5))
        .map { $0.nanoseconds / 1_000_000 }
    }
    let talk = [0, 500, 1_000, 1_500, 2_000, 2_500, 3_000] as [Int64]
    #expect(schedules == [[0, 25_000], [0, 35_000], talk + [118_000], talk + [128_000]])
  }
}
