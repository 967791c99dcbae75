import Affinity
import Cluster
import Collector
import Correlation
import Exchange
import Reporting
import System
import TestSupport
import Testing
import Wire

/// What a collector that is started again knows of the cluster's past.
@Suite struct KeptInventoriesTests {
  private func at(_ second: Int64) -> Timestamp { Timestamp(nanoseconds: second * 1_000_000_000) }

  private func snapshot(_ pod: String, at second: Int64?) throws -> ClusterSnapshot {
    let text = """
      { "pods": { "default/\(pod)": "10.2.0.2" },
        "services": { "default/dns": { "fronts": ["10.96.0.10:53/udp", "198.51.100.7:5353"],
                                       "backends": ["10.2.0.2:53"] } } }
      """
    var snapshot = try ClusterSnapshot(reading: Array(text.utf8), named: "test")
    snapshot.takenAt = second.map(at)
    return snapshot
  }

  /// A folder as a collector has it, and what is kept there.
  struct Place: ~Copyable {
    let folder: TemporaryFolder
    var settings: CollectorSettings
    var log: String { "\(settings.database).log" }

    init() throws {
      folder = try TemporaryFolder()
      settings = CollectorSettings(database: "\(folder.path)/history.db")
      settings.window = .seconds(1_000)
      _ = try? Command("mkdir", [log])
    }

    func kept(sourceLocation: SourceLocation = #_sourceLocation) -> KeptInventories {
      var lines: [String] = []
      let kept = KeptInventories(of: settings, &lines)
      #expect(lines == [], sourceLocation: sourceLocation)
      return kept
    }

    func names() throws -> [String] {
      try Command("ls", [log]).output.split(separator: "\n").map(String.init)
    }

    deinit { _ = try? Command("rm", ["-rf", log]) }
  }

  @Test func `what was known is known again, and until when it held`() throws {
    let place = try Place()
    var kept = place.kept()
    #expect(kept.states.snapshots == [])
    let (a, b) = (try snapshot("a", at: nil), try snapshot("b", at: 100))
    var states = SnapshotHistory([a])
    #expect(kept.keep(states, until: at(10)) == [])
    var held = a
    held.takenAt = at(10)
    #expect(place.kept().states.snapshots == [a, held])
    // Two seconds are the least that is worth a file.
    #expect(kept.keep(states, until: at(11)) == [])
    #expect(place.kept().states.snapshots == [a, held])
    #expect(kept.keep(states, until: at(90)) == [])
    held.takenAt = at(90)
    #expect(place.kept().states.snapshots == [a, held])
    #expect(try place.names().count == 2)

    states.date(timelessAt: at(95))
    states.record(b)
    #expect(kept.keep(states, until: nil) == [])
    #expect(kept.keep(states, until: nil) == [])
    var dated = a
    dated.takenAt = at(95)
    #expect(place.kept().states.snapshots == [dated, b])
    #expect(try place.names().count == 2)

    // Another process goes on from there.
    kept = place.kept()
    states = kept.states
    states.record(try snapshot("b", at: 200))
    states.record(try snapshot("c", at: 300))
    #expect(kept.keep(states, until: at(400)) == [])
    // What is confirmed with some delay is no news of the state before.
    #expect(kept.keep(states, until: at(299)) == [])
    let expected: [(String, Int64)] = [("a", 95), ("b", 100), ("b", 200), ("c", 300), ("c", 400)]
    #expect(
      place.kept().states.snapshots == (try expected.map { try snapshot($0.0, at: $0.1) })
    )
    #expect(try place.names().allSatisfy { $0.hasSuffix(".json") })
  }

  @Test func `what held no longer in the window is forgotten, on disk too`() throws {
    let place = try Place()
    var kept = place.kept()
    var states = kept.states
    for second in stride(from: Int64(0), through: 2_000, by: 100) {
      states.record(try snapshot("pod\(second)", at: second))
      #expect(kept.keep(states, until: nil) == [])
    }
    // What held at 1,000 was first known then.
    #expect(states.snapshots.first?.takenAt == at(900))
    #expect(try place.names().count == 12)
    #expect(place.kept().states.snapshots == states.snapshots)
  }

  @Test func `half a file is none, and what only repeats it neither`() throws {
    let place = try Place()
    var kept = place.kept()
    let states = SnapshotHistory([try snapshot("a", at: 100), try snapshot("b", at: 200)])
    #expect(kept.keep(states, until: at(300)) == [])
    let path = "\(place.log)/0000000002.json"
    #expect(try Command("truncate", ["-s", "60", path]).status == 0)
    var lines: [String] = []
    kept = KeptInventories(of: place.settings, &lines)
    #expect(kept.states.snapshots == [try snapshot("a", at: 100)])
    #expect(lines.count == 1)
    #expect(lines.first?.hasPrefix(path) == true)
    #expect(
      lines.first?.hasSuffix(
        "; what it said of the cluster is not known any more, and it can be removed"
      ) == true
    )
    // What is damaged is left to whoever looks after it.
    #expect(kept.keep(kept.states, until: at(400)) == [])
    #expect(try Command("rm", [path]).status == 0)
    #expect(place.kept().states.snapshots.map(\.takenAt) == [at(100), at(400)])
  }

  @Test func `a folder that cannot be written to is told of once, and when it can be again`() throws
  {
    let place = try Place()
    var kept = place.kept()
    let states = SnapshotHistory([try snapshot("a", at: 100)])
    #expect(try Command("rmdir", [place.log]).status == 0)
    let lines = kept.keep(states, until: nil)
    #expect(lines.count == 1)
    #expect(
      lines.first?.hasSuffix(
        "No such file or directory; a collector that is started again will not know what the cluster was before"
      ) == true
    )
    #expect(try Command("mkdir", [place.log]).status == 0)
    #expect(kept.keep(states, until: nil) == [], "it is not tried at once")
    #expect(try place.names() == [])
    #expect(
      kept.keep(states, until: nil, at: .now() + .seconds(11))
        == ["what is known of the cluster can be kept again"]
    )
    #expect(place.kept().states.snapshots == states.snapshots)
  }

  @Test func `the past is judged by the cluster of then`() throws {
    let place = try Place()
    var settings = place.settings
    settings.doors = [CollectingServer.Door(Endpoint(IPAddress(v4: 0x7f00_0001), 0))]
    settings.server.letsAnyoneIn = true
    settings.window = .seconds(100 * 366 * 86_400)
    let recording = try Recording("iptables-hostgw-delete-pod")
    let snapshots = recording.snapshots
    // A process that ends without a word.
    var lines: [String] = []
    var kept = KeptInventories(of: settings, &lines)
    #expect(kept.keep(SnapshotHistory(snapshots), until: nil) == [])
    func modes(_ history: ClusterHistory) throws -> Set<String> {
      var loop = try CollectingLoop.begin(settings, history, InventoryDesk(), &lines)
      var clients: [AgentClient] = []
      for (node, observations) in zip(recording.nodes, recording.observations) {
        let client = try AgentClient(node, to: loop.endpoints[0])
        client.begin()
        client.tell(observations)
        clients.append(client)
      }
      let end = Instant.now() + .seconds(30)
      while !clients.allSatisfy({ $0.acknowledged == $0.told }), Instant.now() < end {
        _ = loop.step(until: .now() + .milliseconds(20))
        for client in clients { client.read() }
      }
      let (outcome, _) = try loop.finish()
      return Set(outcome.report.incidents.compactMap { $0.mode.map { "\($0)" } })
    }
    kept = KeptInventories(of: settings, &lines)
    let known = try modes(kept.states.cluster)
    #expect(known.contains("A17"))
    #expect(lines == [])
    // This is what the process after it would know otherwise.
    let forgotten = try modes(ClusterHistory(Array(snapshots.suffix(1))))
    #expect(!forgotten.contains("A17"))
  }
}
