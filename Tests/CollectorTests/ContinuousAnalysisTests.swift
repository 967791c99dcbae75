import Affinity
import Cluster
import Collector
import Correlation
import Replay
import Reporting
import TestSupport
import Testing
import Wire

/// What comes bit by bit, with looks at what goes on, gives at its end what `analyze` says of the captures.
@Suite struct ContinuousAnalysisTests {
  /// The nodes in an order of their own: an agent comes when it comes.
  private static func nodes(of recording: Recording, _ order: [Int]) -> [ContinuousAnalyst.Node] {
    order.map { node in
      let summary = recording.summaries[node]
      let file = recording.settings.files[node]
      var coverage = Report.NodeCoverage(name: recording.nodes[node], files: [file])
      coverage.packets = Int(summary.counts.frames)
      coverage.sightings = summary.matching.sightings
      coverage.malformed = Int(summary.counts.malformed)
      coverage.truncated = Int(summary.counts.truncated)
      coverage.dropped = summary.dropped.map { Int($0) }
      (coverage.from, coverage.to) = (summary.began, summary.ended)
      return ContinuousAnalyst.Node(
        ObservedNode(coverage, matching: summary.matching, orphans: summary.orphans)
      )
    }
  }

  @Test(arguments: zip(GoldenCases.all, 1...UInt64(6)))
  func `slices with runs that go on give what analyze says, to the byte`(
    name: String,
    seed: UInt64
  ) throws {
    let recording = try Recording(name)
    var random = SplitMix64(state: seed)
    let order = [0, 1, 2].shuffled(using: &random)
    let nodes = Self.nodes(of: recording, order)
    var analysis = ContinuousAnalysis(
      recording.inventory,
      recording.settings,
      ObservationWindow()
    )
    var rest = order.map { recording.observations[$0][...] }
    var last: ContinuousAnalyst.Outcome?
    var moves = 0
    while last == nil {
      var job = ContinuousAnalyst.Job()
      job.nodes = nodes
      for place in rest.indices {
        let slice = Array(rest[place].prefix(.random(in: 1...400, using: &random)))
        rest[place] = rest[place].dropFirst(slice.count)
        // What will end is told before as it goes on, twice, and so are a few others of the next slice.
        let next = Array(rest[place].prefix(50)).compactMap(\.earlier)
        job.changes.append(.ongoing(slice.compactMap(\.earlier) + next, of: place))
        job.changes.append(.ongoing(next, of: place))
        job.changes.append(.ended(slice.flatMap { $0.inPieces(&random) }, of: place))
      }
      job.isLast = rest.allSatisfy(\.isEmpty)
      let outcome = analysis.run(job)
      moves += outcome.events.count
      if job.isLast { last = outcome }
    }
    let outcome = try #require(last)
    #expect(Recording.text(outcome.report) == (try recording.expected()))
    #expect(outcome.forgotten == 0)
    #expect(moves > 0)
  }

  /// A run of so many datagrams, one in a nanosecond.
  private func run(_ datagrams: UInt32, first: Int64 = 1, port: UInt16 = 4_000) -> Run {
    var forward = Run.Stretch()
    forward.datagrams = datagrams
    forward.first = Timestamp(nanoseconds: first)
    forward.last = Timestamp(nanoseconds: first + Int64(datagrams))
    return Run(
      leg: FiveTuple(
        from: Endpoint(IPAddress(v4: 0x0a00_0001), port),
        to: Endpoint(IPAddress(v4: 0x0a00_0002), 53)
      ),
      forward: forward,
      reverse: Run.Stretch(),
      isFirst: true,
      hopLimits: 64...64,
      traits: []
    )
  }

  @Test func `a look takes the place of the one before, and an end that of a run that went on`() {
    var window = ObservationWindow()
    window.add(ongoing: [run(1), run(5, first: 100)], from: 0)
    window.add(ongoing: [run(2)], from: 0)
    window.add(ongoing: [run(9)], from: 1)
    #expect(window.count == 3)
    window.add([.run(run(3))], from: 0)
    #expect(window.count == 3)
    window.set([.run(run(1)), .run(run(2))], of: 2)
    window.set([.run(run(4))], of: 2)
    #expect(window.count == 4)
    window.forget(before: Timestamp(nanoseconds: 50))
    // The run from 100 on, and what a look says, which the next look replaces.
    #expect(window.count == 2)
    #expect(window.forgotten == 0)
  }

  @Test(arguments: [false, true])
  func `a run that began anew takes the place of how it was, where their moments meet`(
    hasEnded: Bool
  ) {
    var window = ObservationWindow()
    window.add(ongoing: [run(50, first: 100), run(50, first: 100, port: 4_001)], from: 0)
    window.add(ongoing: [run(50, first: 100)], from: 1)
    // All datagrams of the first run have turned out to be of one that began later.
    let anew = run(60, first: 120)
    if hasEnded { window.add([.run(anew)], from: 0) } else { window.add(ongoing: [anew], from: 0) }
    #expect(window.count == 3)
    // One that comes behind it is another; whatever became of the one before.
    window.add(ongoing: [run(5, first: 300)], from: 0)
    #expect(window.count == 4)
  }

  @Test func `what a node last said of its kernel stays, however old it is`() {
    func facts(_ second: Int64) -> Observation {
      .facts(NodeFacts(at: Timestamp(nanoseconds: second * 1_000_000_000)))
    }
    func time(_ second: Int64) -> Timestamp { Timestamp(nanoseconds: second * 1_000_000_000) }
    var window = ObservationWindow(mostObservations: 100)
    window.add((1...9).map(facts), from: 0)
    window.add([facts(3), .run(run(4))], from: 1)
    // Of the first node what was said before and since, of the other what still holds.
    window.forget(before: time(8))
    #expect(window.count == 4)
    window.forget(before: time(8_000))
    #expect(window.count == 2)
    // Nor do they go when there is too much: 200 runs go down to 87, and two facts.
    window.add((0..<100).map { .run(run(4, first: 9_000_000_000_000 + $0 * 10)) }, from: 0)
    window.add((0..<100).map { .run(run(4, first: 9_000_000_000_000 + $0 * 10)) }, from: 1)
    window.makeRoom()
    window.forget(before: time(10_000))
    #expect(window.count == 2)
  }

  @Test func `of too much the oldest goes, from each node its share, and is counted`() {
    func observation(_ second: Int64) -> Observation {
      .announcement(
        Announcement(
          of: IPAddress(v4: 1),
          by: 1,
          at: Timestamp(nanoseconds: second),
          Witness(file: 0, frame: 0)
        )
      )
    }
    var window = ObservationWindow(mostObservations: 1_000)
    window.add((0..<1_500).map { observation(Int64($0)) }, from: 0)
    window.add((0..<500).map { observation(Int64($0)) }, from: 3)
    window.makeRoom()
    #expect(window.count == 874)
    #expect(window.forgotten == 1_126)
    #expect(window.rememberedSince == Timestamp(nanoseconds: 843))
  }
}

enum GoldenCases {
  static let all = [
    "iptables-hostgw-delete-pod", "iptables-hostgw-flush", "iptables-hostgw-local",
    "iptables-hostgw-v6-cluster", "nftables-vxlan-fragments", "nftables-vxlan-lb-rebalance",
  ]
}

extension Observation {
  /// What goes on as whoever never ends tells it.
  fileprivate func inPieces(_ random: inout SplitMix64) -> [Observation] {
    switch self {
    case .statement(let whole) where whole.sightings > 1 && whole.last > whole.first:
      let moments = whole.first.nanoseconds..<whole.last.nanoseconds
      let moment = Timestamp(nanoseconds: .random(in: moments, using: &random))
      var (early, late) = (whole, whole)
      (early.last, early.sightings) = (moment, 1)
      (late.first, late.sightings) = (moment, whole.sightings - 1)
      return [.statement(early), .statement(late)]
    case .fragments(let whole):
      var (arrived, lost) = (whole, whole)
      (arrived.partial, lost.complete) = (0, 0)
      return [.fragments(arrived), .fragments(lost)]
    default: return [self]
    }
  }
}
