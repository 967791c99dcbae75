import CaptureFiles
import Correlation
import LiveCapture
import Replay
import Testing
import Wire

/// What a replay came to, as text, so that whole results compare.
private struct Outcome: Equatable {
  /// By node, in the order of delivery.
  var observations: [[String]]
  var nodesInOrder: [Int] = []
  var summaries: [NodeSummary] = []

  init(_ nodes: [NodeCapture], filter: FilterSet? = nil) {
    var observations = Array(repeating: [String](), count: nodes.count)
    var order: [Int] = []
    summaries = replay(nodes, filter: filter) { node, batch in
      if order.last != node { order.append(node) }
      observations[node] += batch.observations.map { String(describing: $0) }
    }
    self.observations = observations
    nodesInOrder = order
  }

  static func == (left: Self, right: Self) -> Bool {
    left.observations == right.observations && left.nodesInOrder == right.nodesInOrder
      && left.summaries.map(\.matching) == right.summaries.map(\.matching)
  }
}

@Suite struct `A replay` {
  private static let flush = (1...3).map { recording("iptables-hostgw-flush/n\($0).pcap") }

  @Test func `delivers the nodes one after the other, however its threads run`() {
    let nodes = Self.flush.map { NodeCapture(name: "n", files: [$0]) }
    let together = Outcome(nodes)
    #expect(together.nodesInOrder == [0, 1, 2])
    #expect(Outcome(nodes) == together)
    // Alone, a node is read by a second thread.
    #expect(Outcome([nodes[0]]).observations[0] == together.observations[0])
  }

  @Test func `merges a node's files by time`() throws {
    let whole = Outcome([NodeCapture(name: "n1", files: [Self.flush[0]])])
    let halves = try TemporaryFiles(splitting: Self.flush[0], into: 2)
    // The later half is given first: time decides.
    let merged = Outcome([NodeCapture(name: "n1", files: halves.paths.reversed())])
    #expect(merged.summaries[0].matching == whole.summaries[0].matching)
    #expect(merged.observations[0].count == whole.observations[0].count)
    #expect(merged.summaries[0].files == halves.paths.reversed())
  }

  @Test func `sees by time what was taken in turns, interface by interface`() throws {
    for node in Self.flush {
      let whole = Outcome([NodeCapture(name: "n", files: [node])])
      let turns = try TemporaryFiles(inTurnsOf: node)
      let ordered = Outcome([NodeCapture(name: "n", files: turns.paths)])
      #expect(ordered.summaries[0].interfaces == ["eth0", "eth1"])
      #expect(ordered.summaries[0].matching == whole.summaries[0].matching)
      #expect(ordered.summaries[0].orphans == whole.summaries[0].orphans)
      #expect(ordered.observations[0].count == whole.observations[0].count)
    }
  }

  @Test func `sees by time what came late, across all that is read together`() throws {
    let files = try TemporaryFiles(someLateOf: 60_000)
    let late = Outcome([NodeCapture(name: "n", files: [files.paths[0]])]).summaries[0]
    let inOrder = Outcome([NodeCapture(name: "n", files: [files.paths[1]])]).summaries[0]
    #expect(inOrder.matching.sightings == 60_000)
    #expect(inOrder.orphans == 0)
    #expect(late.matching == inOrder.matching)
    #expect(late.orphans == 0)
  }

  @Test func `sees a bridge's frame after the one of its port`() throws {
    let files = try TemporaryFiles(bridged: 20)
    var legs: [String] = []
    _ = replay([NodeCapture(name: "n", files: files.paths)]) { _, batch in
      for case .run(let run) in batch.observations {
        guard let result = run.forward.result else { continue }
        legs.append("\(run.leg.destination) \(run.forward.matched) > \(result.destination)")
      }
    }
    #expect(legs == ["10.96.0.10:53 20 > 10.244.3.2:53"])
  }

  @Test func `leaves out what the filter does not pass`() throws {
    let node = NodeCapture(name: "n1", files: [Self.flush[0]])
    #expect(Outcome([node]).summaries[0].linkTypes == [.linuxCookedV2])
    let none = Outcome([node], filter: FilterSet("udp port 9"))
    #expect(none.summaries[0].matching.sightings == 0)
    #expect(none.observations == [[]])
  }

  @Test func `tells what is wrong with a file, and counts what it read before`() throws {
    let missing = Outcome([NodeCapture(name: "n1", files: ["/no/such.pcap"])])
    #expect(
      missing.summaries[0].failures.map(\.description) == [
        "/no/such.pcap: No such file or directory"
      ]
    )
    let damaged = try TemporaryFiles(damaging: Self.flush[0])
    let outcome = Outcome([NodeCapture(name: "n1", files: damaged.paths)])
    #expect(outcome.summaries[0].failures.count == 1)
    let whole = Outcome([NodeCapture(name: "n1", files: [Self.flush[0]])])
    #expect(outcome.summaries[0].counts.frames == whole.summaries[0].counts.frames / 2)
  }

  @Test func `reports bytes up to all of them`() {
    var last: ReplayProgress?
    let nodes = Self.flush.map { NodeCapture(name: "n", files: [$0]) }
    _ = replay(nodes, progress: { last = $0 }, observations: { _, _ in })
    #expect(last?.bytesTotal != nil)
    #expect(last?.bytesRead == last?.bytesTotal)
  }
}
