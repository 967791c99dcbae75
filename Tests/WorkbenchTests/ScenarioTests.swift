import Testing
import Wire
import Workbench

@Suite struct `The cluster model` {
  @Test func `names every scenario once`() throws {
    #expect(Set(Scenario.all.map(\.name)).count == Scenario.all.count)
  }

  @Test func `has a scenario for every mode that packets can decide`() throws {
    let wanted: Set = [
      "A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "A10", "A11", "A13", "A14", "A15",
      "A16", "A17", "A18", "B1", "B2", "B3", "B5", "B6", "B7", "B8", "B9", "B11", "B12", "B13",
      "B14", "B16", "B17", "B19", "C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C9", "C10",
    ]
    #expect(Set(Scenario.all.flatMap(\.modes)) == wanted)
  }

  @Test(arguments: ["flush-vxlan", "clash-split", "clean-fragments-v6", "recent-list-overflow"])
  func `plays the same for the same seed, and otherwise for another`(name: String) throws {
    let scenario = try #require(Scenario.named(name))
    func bytes(_ seed: UInt64) -> [[UInt8]] { scenario.play(seed: seed).files.map(\.bytes) }
    #expect(bytes(5) == bytes(5))
    #expect(bytes(5) != bytes(6))
  }

  @Test(arguments: Scenario.all.map(\.name))
  func `accounts for every datagram, and shows what its scenario promises`(name: String) throws {
    let recording = try #require(Scenario.named(name)).play(seed: 1)
    let truth = recording.truth
    #expect(truth.datagrams.allSatisfy { $0.pod != nil || $0.lost != nil })
    #expect(truth.datagrams.allSatisfy { $0.ingress != nil || !$0.isVisible })
    let placed = truth.datagrams.count { $0.isVisible && $0.pod != nil }
    #expect(truth.placements.values.reduce(0, +) == placed)
    #expect(recording.captures.count == 3)
    #expect(recording.inventories.count >= 2)
    // Whatever moved or was lost belongs to a mode that the scenario names.
    let told = Set(truth.moves.map(\.mode)).union(truth.losses.keys.map(\.mode))
    #expect(told.isSubset(of: recording.scenario.modes.union(recording.scenario.allowed)))
    #expect(told.isSuperset(of: recording.scenario.modes.intersection(Self.toldByDatagram)))
    if name.hasPrefix("clean-") {
      #expect(truth.moves.isEmpty && truth.losses.isEmpty)
      let answers = name == "clean-silent" ? 0 : 1
      #expect(truth.datagrams.allSatisfy { $0.replies.count == answers })
    }
  }

  /// Modes of moves and losses that the model itself can point at, datagram by datagram.
  private static let toldByDatagram: Set = [
    "A1", "A2", "A3", "A4", "A5", "A6", "A7", "A13", "A14", "A15", "A17", "B1", "B2", "B3", "B5",
    "B6", "B7", "B8", "B9", "B13", "B14", "B16", "B17", "B19", "C4",
  ]

  @Test func `moves every flow of a flushed node and no other`() throws {
    let truth = try #require(Scenario.named("flush")).play(seed: 1).truth
    #expect(truth.moves.count == 12)
    #expect(Set(truth.moves.map(\.client)).count == 12)
    #expect(truth.moves.allSatisfy { $0.mode == "A2" })
  }

  @Test func `keeps an affine client on its pod over many ports`() throws {
    let truth = try #require(Scenario.named("clean-affinity")).play(seed: 2).truth
    let pods = Dictionary(grouping: truth.datagrams, by: \.client.address)
      .mapValues { Set($0.compactMap(\.pod)).count }
    #expect(pods.count == 12)
    #expect(pods.values.allSatisfy { $0 == 1 })
  }

  @Test(arguments: [("recent-list-overflow", 90...140), ("recent-list-holds", 0...0)])
  func `forgets clients only when more than a hundred share an endpoint`(
    name: String,
    moved: ClosedRange<Int>
  ) throws {
    let truth = try #require(Scenario.named(name)).play(seed: 4).truth
    let pods = Dictionary(grouping: truth.datagrams, by: \.client.address)
      .mapValues { Set($0.compactMap(\.pod)).count }
    #expect(moved.contains(pods.values.count { $0 > 1 }))
  }

  @Test func `refuses at the rate that the real kernel refuses`() throws {
    // The recording `blackhole`: nine errors for ninety lost datagrams in three seconds.
    let recording = try #require(Scenario.named("endpoint-refuses")).play(seed: 1)
    let lines = try dissect(recording.captures[0].bytes, "icmp.type", "sll.pkttype")
    let errors = lines.count { $0 == "3 4" }
    #expect((6...12).contains(errors))
  }
}
