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

/// Agents that connect to a collector on loopback.
@Suite(.serialized) struct CollectingLoopTests {
  private static func settings(_ folder: borrowing TemporaryFolder) -> CollectorSettings {
    var settings = CollectorSettings(database: "\(folder.path)/history.db")
    settings.doors = [CollectingServer.Door(Endpoint(IPAddress(v4: 0x7f00_0001), 0))]
    settings.server.letsAnyoneIn = true
    settings.window = .seconds(100 * 366 * 86_400)
    settings.refresh = .milliseconds(100)
    return settings
  }

  /// Steps the collector until something holds; whether it came to hold.
  private static func run(
    _ loop: inout CollectingLoop,
    until holds: (CollectorState) -> Bool,
    meanwhile: () -> Void = {}
  ) -> Bool {
    let deadline = Instant.now() + .seconds(30)
    while Instant.now() < deadline {
      _ = loop.step(until: .now() + .milliseconds(20))
      meanwhile()
      if holds(loop.state.withLock { $0 }) { return true }
    }
    return false
  }

  /// A report without the names of captures, which agents have none of.
  private static func withoutFiles(_ report: Report) -> Report {
    var report = report
    for index in report.capture.nodes.indices { report.capture.nodes[index].files = [] }
    for index in report.findings.indices { report.findings[index].evidence = [] }
    for index in report.contradictions.indices { report.contradictions[index].evidence = [] }
    return report
  }

  @Test(arguments: ["iptables-hostgw-flush", "nftables-vxlan-lb-rebalance"])
  func `what agents tell gives the report of their captures, also after a kill`(name: String)
    throws
  {
    let folder = try TemporaryFolder()
    let recording = try Recording(name)
    let settings = Self.settings(folder)
    defer { _ = try? Command("rm", ["-rf", "\(settings.database).log"]) }
    var lines: [String] = []
    var clients: [AgentClient] = []
    do {
      var loop = try CollectingLoop.begin(settings, recording.inventory, InventoryDesk(), &lines)
      for (node, observations) in zip(recording.nodes, recording.observations) {
        let client = try AgentClient(node, to: loop.endpoints[0])
        clients.append(client)
        client.begin()
        // Half of it comes, and some of the rest as it goes on.
        let half = observations.count / 2
        let next = observations[half...].prefix(40).compactMap(\.earlier)
        client.tell(Array(observations[..<half]), ongoing: next)
      }
      let isThere = Self.run(&loop) { _ in
        clients.allSatisfy { $0.acknowledged == $0.told }
      } meanwhile: {
        for client in clients { client.read() }
      }
      #expect(isThere, "all of it is acknowledged")
      // It goes without a word, as by a kill.
    }
    var loop = try CollectingLoop.begin(settings, recording.inventory, InventoryDesk(), &lines)
    var again: [AgentClient] = []
    for (index, node) in recording.nodes.enumerated() {
      let client = try AgentClient(node, to: loop.endpoints[0])
      again.append(client)
      // The file once more from its beginning, and its rest, by the encoder that began it.
      let old = clients[index]
      client.send(old.file)
      let half = recording.observations[index].count / 2
      let before = old.file.count
      old.tell(Array(recording.observations[index][half...]), tally: recording.tally(index))
      client.send(Array(old.file[before...]))
    }
    let total = recording.observations.reduce(0) { $0 + $1.count }
    let isThere = Self.run(&loop) { _ in
      again.indices.allSatisfy { again[$0].acknowledged == clients[$0].told }
    } meanwhile: {
      for client in again { client.read() }
    }
    #expect(isThere, "all of it is acknowledged")
    let (outcome, _) = try loop.finish()
    let expected = try StoredReport(json: Array(recording.expected().utf8)).report
    #expect(
      Recording.text(Self.withoutFiles(outcome.report))
        == Recording.text(Self.withoutFiles(expected))
    )
    let counts = loop.state.withLock(\.counts)
    #expect(counts.duplicates > 0)
    #expect(counts.missing == 0)
    #expect(outcome.remembered == total)
    #expect(lines == [])
    // What it said last can be read by others.
    let stored = try HistoryReader(path: settings.database).latestReport()
    #expect(stored.map { Recording.text($0.report) } == Recording.text(outcome.report))
  }

  @Test func `who shows no token, or sends garbage, is turned away and counted`() throws {
    let folder = try TemporaryFolder()
    var settings = Self.settings(folder)
    defer { _ = try? Command("rm", ["-rf", "\(settings.database).log"]) }
    settings.server.letsAnyoneIn = false
    settings.server.token = "secret"
    var lines: [String] = []
    var loop = try CollectingLoop.begin(settings, nil, InventoryDesk(), &lines)
    let wrong = try AgentClient("n1", to: loop.endpoints[0], token: "guess")
    let right = try AgentClient("n2", to: loop.endpoints[0], token: "secret")
    let garbage = try AgentClient("n3", to: loop.endpoints[0], token: "secret")
    garbage.send(Array("GET / HTTP/1.1\r\n\r\n".utf8))
    let isOver = Self.run(&loop) { state in
      wrong.isClosed && garbage.isClosed && right.acknowledged == 0
    } meanwhile: {
      for client in [wrong, right, garbage] { client.read() }
    }
    #expect(isOver)
    #expect(wrong.refusal == "its token is not the collector's")
    let state = loop.state.withLock { $0 }
    #expect(state.counts.refused == ["token": 1])
    #expect(state.nodes.map(\.name) == ["n2", "n3"])
    _ = try loop.finish()
  }

  @Test func `an agent that goes is a blind spot after a while, and none when it is back`() throws {
    let folder = try TemporaryFolder()
    var settings = Self.settings(folder)
    defer { _ = try? Command("rm", ["-rf", "\(settings.database).log"]) }
    settings.absentAfter = .milliseconds(300)
    var lines: [String] = []
    var loop = try CollectingLoop.begin(settings, nil, InventoryDesk(), &lines)
    func kinds(_ state: CollectorState) -> [String] {
      state.latest?.report.blindSpots.filter { $0.location == "n1" }.map(\.kind) ?? ["none yet"]
    }
    do {
      let client = try AgentClient("n1", to: loop.endpoints[0])
      client.begin()
      #expect(
        Self.run(&loop) {
          kinds($0) == []
        } meanwhile: {
          client.tell([])
        },
        "it is there"
      )
    }
    #expect(Self.run(&loop) { kinds($0) == ["absent-agent"] }, "it is gone")
    // Its spool has what it saw meanwhile.
    let client = try AgentClient("n1", to: loop.endpoints[0])
    client.begin()
    #expect(
      Self.run(&loop) {
        kinds($0) == []
      } meanwhile: {
        client.tell([])
      },
      "it is back"
    )
    _ = try loop.finish()
  }

  @Test func `what passed between two of an agent's processes is a blind spot, also after a kill`()
    throws
  {
    let folder = try TemporaryFolder()
    let settings = Self.settings(folder)
    defer { _ = try? Command("rm", ["-rf", "\(settings.database).log"]) }
    var lines: [String] = []
    func spots(_ state: CollectorState) -> [Report.BlindSpot] {
      state.latest?.report.blindSpots.filter { $0.kind == "restarted-agent" } ?? []
    }
    do {
      var loop = try CollectingLoop.begin(settings, nil, InventoryDesk(), &lines)
      for round in 0..<2 {
        let epoch = UInt64(bitPattern: Timestamp.now().nanoseconds)
        let client = try AgentClient("n1", to: loop.endpoints[0], epoch: epoch)
        client.begin()
        client.tell([])
        let isThere = Self.run(&loop) { state in
          client.acknowledged == client.told && spots(state).count == round
        } meanwhile: {
          client.read()
        }
        #expect(isThere, "round \(round)")
      }
      // Both go without a word.
    }
    var loop = try CollectingLoop.begin(settings, nil, InventoryDesk(), &lines)
    #expect(Self.run(&loop) { spots($0).count == 1 }, "it is in the log")
    let spot = try #require(loop.state.withLock { spots($0).first })
    #expect(spot.location == "n1")
    #expect(spot.effect.hasPrefix("its agent ended and began anew: what passed from 20"))
    #expect(spot.effect.hasSuffix(" was not captured, or was lost with it"))
    _ = try loop.finish()
  }

  @Test func `a log that is damaged is a blind spot`() throws {
    let folder = try TemporaryFolder()
    let settings = Self.settings(folder)
    let log = "\(settings.database).log"
    defer { _ = try? Command("rm", ["-rf", log]) }
    let recording = try Recording("iptables-hostgw-flush")
    var lines: [String] = []
    do {
      var loop = try CollectingLoop.begin(settings, recording.inventory, InventoryDesk(), &lines)
      let clients = try zip(recording.nodes, recording.observations).map { node, observations in
        let client = try AgentClient(node, to: loop.endpoints[0])
        client.begin()
        client.tell(observations)
        return client
      }
      let isThere = Self.run(&loop) { _ in
        clients.allSatisfy { $0.acknowledged == $0.told }
      } meanwhile: {
        for client in clients { client.read() }
      }
      #expect(isThere)
    }
    let harm =
      "f=$(ls '\(log)'/*.ipfix | head -n 1); head -c 2000 /dev/urandom | dd of=\"$f\" bs=1 seek=2000 conv=notrunc status=none"
    #expect(try Command("sh", ["-c", harm]).status == 0)
    var loop = try CollectingLoop.begin(settings, recording.inventory, InventoryDesk(), &lines)
    #expect(lines.count == 1)
    #expect(lines.first?.hasSuffix(" on are no messages of an agent; they are left out") == true)
    let (outcome, _) = try loop.finish()
    let spots = outcome.report.blindSpots.filter { $0.kind == "damaged-log" }
    #expect(spots.count == 1)
    #expect(recording.nodes.contains(spots.first?.location ?? ""))
    #expect(
      spots.first?.effect.hasSuffix(
        " bytes of what its agent told cannot be read in the collector's log any more: what they said is not in this report"
      ) == true
    )
  }
}
