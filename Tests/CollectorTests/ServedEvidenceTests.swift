import Affinity
import Agent
import CaptureFiles
import Collector
import Correlation
import Exchange
import HTTPService
import JSONText
import Reporting
import System
import TestSupport
import Testing
import Wire

/// The packets behind a finding, asked for by HTTP and held by agents.
@Suite(.serialized) struct ServedEvidenceTests {
  private static let home = Endpoint(IPAddress(v4: 0x7f00_0001), 0)

  /// A collector of a recording's observations, and agents with rings of its frames.
  private final class Stage {
    let folder: TemporaryFolder
    let recording: Recording
    var loop: CollectingLoop
    let service: CollectorService
    let agents: [AgentClient]
    let rings: [EvidenceRing?]
    /// Agents that are asked and say nothing.
    var silent: Set<String> = []
    /// How often agents were asked.
    var asked = 0

    init(
      _ name: String,
      rings bytes: [Int?] = [1 << 22, 1 << 22, 1 << 22],
      patience: Interval = .seconds(5)
    ) throws {
      let folder = try TemporaryFolder()
      let recording = try Recording(name)
      var settings = CollectorSettings(database: "\(folder.path)/history.db")
      settings.doors = [CollectingServer.Door(ServedEvidenceTests.home)]
      settings.server.letsAnyoneIn = true
      settings.window = .seconds(100 * 366 * 86_400)
      settings.refresh = .milliseconds(100)
      settings.evidencePatience = patience
      var lines: [String] = []
      let loop = try CollectingLoop.begin(settings, recording.inventory, InventoryDesk(), &lines)
      let state = loop.state
      service = try CollectorService(
        at: ServedEvidenceTests.home,
        access: HTTPAccess(at: ServedEvidenceTests.home, token: nil),
        database: nil,
        evidence: loop.evidence
      ) { state.withLock { $0 } }
      var agents: [AgentClient] = []
      var rings: [EvidenceRing?] = []
      for (index, node) in recording.nodes.enumerated() {
        let ring = try bytes[index].map { bytes in
          try ServedEvidenceTests.ring(of: "captures/\(name)/\(node).pcap", bytes)
        }
        rings.append(ring)
        let agent = try AgentClient(
          node,
          to: loop.endpoints[0],
          ring: ring.map { UInt64($0.capacity) }
        )
        agent.begin()
        agent.tell(recording.observations[index], tally: recording.tally(index))
        agents.append(agent)
      }
      (self.agents, self.rings) = (agents, rings)
      self.loop = loop
      self.folder = folder
      self.recording = recording
    }

    /// Goes on until something holds, answering what agents are asked as they would; whether it came to hold.
    func run(until holds: (CollectorState) -> Bool) -> Bool {
      let deadline = Instant.now() + .seconds(30)
      while Instant.now() < deadline {
        _ = loop.step(until: .now() + .milliseconds(10))
        for (index, agent) in agents.enumerated() {
          while let request = agent.takeRequest() { answer(request, index) }
        }
        if holds(loop.state.withLock { $0 }) { return true }
      }
      return false
    }

    private func answer(_ request: EvidenceRequest, _ index: Int) {
      asked += 1
      guard !silent.contains(recording.nodes[index]), let ring = rings[index] else { return }
      var look = ring.look(for: request)
      while !look.isOver {
        let frames = ring.go(on: &look, atMost: 1_024)
        agents[index].answer(frames, look.told)
      }
    }

    /// What curl gets while the collector goes on: the status, the header that sums up, and the path of the body.
    func curl(_ path: String) throws -> (status: Int, header: String, body: String) {
      let body = "\(folder.path)/body"
      let said = "\(folder.path)/said"
      let command =
        "rm -f '\(said)'; (curl -s -g --max-time 20 -o '\(body)' -w '%{http_code} %header{stickler-evidence}'"
        + " 'http://\(service.endpoint)\(path)' >'\(said).partial'; mv '\(said).partial' '\(said)')"
        + " >/dev/null 2>&1 &"
      _ = try Command("sh", ["-c", command])
      let isThere = run { _ in (try? text(ofFile: said))?.isEmpty == false }
      #expect(isThere, "curl has ended")
      let words = try text(ofFile: said).split(separator: " ", maxSplits: 1)
      return (Int(words.first ?? "") ?? 0, words.count > 1 ? String(words[1]) : "", body)
    }

    deinit {
      service.stop()
      _ = try? Command("rm", ["-rf", "\(folder.path)/history.db.log"])
    }
  }

  /// A ring that holds what a capture does.
  private static func ring(of path: String, _ bytes: Int) throws -> EvidenceRing {
    let began = Timestamp(nanoseconds: 1_000_000_000_000_000_000)
    let ring = try EvidenceRing(capacity: bytes, snapLength: 256, at: began)
    var reader = try CaptureReader(path: "\(Program.root)/\(path)")
    var batch = RecordBatch()
    while try reader.next(into: &batch) {
      for record in batch.records {
        #expect(reader.interfaces[Int(record.interface)].linkType == .linuxCookedV2)
        let frame = batch.bytes(of: record)
        let header = FrameStore.Header(
          time: record.time,
          number: record.number,
          interface: frame.count > 7 ? UInt32(frame[7]) : 0,
          originalLength: record.originalLength
        )
        ring.store.withLock { $0.append(header, frame) }
      }
    }
    return ring
  }

  @Test(arguments: [("iptables-hostgw-flush", "A2"), ("nftables-vxlan-lb-rebalance", "A5")])
  func `a finding's packets show its move, and nobody else's`(name: String, mode: String) throws {
    let stage = try Stage(name)
    let nodes = stage.recording.nodes.count
    let isJudged = stage.run { state in
      state.latest?.report.findings.contains { $0.mode == mode } == true
        && state.nodes.count(where: { $0.evidenceRingBytes == 1 << 22 }) == nodes
    }
    #expect(isJudged)
    let report = try #require(stage.loop.state.withLock(\.latest)).report
    let finding = try #require(report.findings.first { $0.mode == mode })
    let client = try #require(finding.client)
    let (status, header, body) = try stage.curl("/api/v1/evidence/\(finding.id).pcapng")
    #expect(status == 200)
    #expect(header.split(separator: ", ").map { $0.prefix(3) } == ["n1=", "n2=", "n3="])
    let path = "\(stage.folder.path)/evidence.pcapng"
    _ = try Command("mv", [body, path])

    // Every datagram is the client's, as itself or as its pods see it.
    let session = try #require(report.sessions.first { $0.client.description == client })
    let own = Set([session.client] + session.placements.map(\.seenSource))
    var reader = try CaptureReader(path: path)
    var batch = RecordBatch()
    var count = 0
    var times: [Timestamp] = []
    while try reader.next(into: &batch) {
      for record in batch.records {
        let frame = batch.bytes(of: record)
        var packet = Packet(frame, as: .linuxCookedV2, originalLength: Int(record.originalLength))
        while let inner = packet.inner(in: frame) { packet = inner }
        count += 1
        times.append(record.time)
        #expect(packet.kind == .datagram)
        #expect(own.contains(packet.tuple.source) || own.contains(packet.tuple.destination))
      }
    }
    #expect(count > 20)
    // In the order of the first node's clock, from which the others' differ by microseconds.
    let goesBack = zip(times, times.dropFirst()).contains { $1 + .milliseconds(1) < $0 }
    #expect(!goesBack)
    let interfaces = reader.interfaces.compactMap(\.name)
    #expect(Set(interfaces).count == interfaces.count)
    #expect(interfaces.contains { $0.hasPrefix("n1 if") })
    let comments = reader.sections.flatMap(\.comments)
    #expect(comments.first?.contains("finding \(finding.id), \(mode) ") == true)
    #expect(comments.contains { $0.hasPrefix("node n1: ") })
    // Each of the session's frames in that time is there, as many as the captures have.
    #expect(count == (try Self.frames(of: stage.recording, own, finding)))

    // By itself it tells the same move of this client, and of no other.
    let again = try JSONValue(Program.run("analyze '\(path)' -f json").output)
    let sessions = again["sessions"]?.array ?? []
    #expect(Set(sessions.compactMap { $0["client"]?.string }) == [client])
    let backends = sessions.flatMap { $0["placements"]?.array ?? [] }
      .compactMap { $0["backend"]?.string }
    #expect(backends.contains(try #require(finding.was).backend.description))
    #expect(backends.contains(try #require(finding.now).backend.description))
  }

  /// How many frames of a recording's captures are of one of these sockets at a finding's time.
  private static func frames(
    of recording: Recording,
    _ own: Set<Endpoint>,
    _ finding: Report.Finding
  ) throws -> Int {
    let from = min(finding.at, finding.was?.to ?? finding.at) - EvidenceQuestion.margin
    let to = max(finding.at, finding.now?.from ?? finding.at) + EvidenceQuestion.margin
    var count = 0
    for node in recording.nodes {
      var reader = try CaptureReader(
        path: "\(Program.root)/captures/\(recording.name)/\(node).pcap"
      )
      var batch = RecordBatch()
      while try reader.next(into: &batch) {
        for record in batch.records where record.time >= from && record.time <= to {
          let frame = batch.bytes(of: record)
          var packet = Packet(frame, as: .linuxCookedV2, originalLength: Int(record.originalLength))
          while let inner = packet.inner(in: frame) { packet = inner }
          guard packet.kind == .datagram else { continue }
          if own.contains(packet.tuple.source) || own.contains(packet.tuple.destination) {
            count += 1
          }
        }
      }
    }
    return count
  }

  @Test func `who has no ring, or does not answer, is told of with what the others have`() throws {
    let stage = try Stage(
      "iptables-hostgw-flush",
      rings: [1 << 22, nil, 1 << 22],
      patience: .seconds(2)
    )
    stage.silent = ["n3"]
    #expect(stage.run { $0.latest?.report.findings.isEmpty == false && $0.nodes.count == 3 })
    let report = try #require(stage.loop.state.withLock(\.latest)).report
    let id = try #require(report.findings.first).id
    let (status, header, body) = try stage.curl("/api/v1/evidence/\(id).pcapng")
    #expect(status == 200)
    let words = header.split(separator: ", ")
    #expect(words.first?.hasPrefix("n1=") == true)
    #expect(words.dropFirst() == ["n2=none", "n3=0 silent"])
    let strings = try Command("sh", ["-c", "strings -n 6 '\(body)'"]).output
    #expect(strings.contains("node n2: its agent keeps no ring of frames (--evidence-ring)"))
    #expect(strings.contains("node n3: its agent has not answered in time; 0 packets came"))

    stage.silent = ["n1", "n3"]
    let late = try stage.curl("/api/v1/evidence/\(id).pcapng")
    #expect(late.status == 504)
    #expect(late.header == "n1=0 silent, n2=none, n3=0 silent")
    #expect(try text(ofFile: late.body).contains("\"no agent answered in time: node n1: "))
    // Others are answered meanwhile, and what nobody asked for does no harm.
    stage.agents[0].answer(
      [
        RingFrame(
          request: 1,
          time: .now(),
          number: 1,
          link: .raw,
          originalLength: 0,
          interface: "x",
          bytes: [1, 2, 3]
        )
      ],
      EvidenceEnd(request: 99, .answered)
    )
    #expect(try stage.curl("/api/v1/findings/\(id)").status == 200)
  }

  @Test func `of many who ask at once some are told to come again, and it ends`() throws {
    let stage = try Stage("iptables-hostgw-flush", patience: .seconds(4))
    #expect(stage.run { $0.latest?.report.findings.isEmpty == false && $0.nodes.count == 3 })
    let report = try #require(stage.loop.state.withLock(\.latest)).report
    let path = "/api/v1/evidence/\(try #require(report.findings.first).id).pcapng"
    stage.silent = Set(stage.recording.nodes)
    let others =
      "for n in 1 2 3 4; do curl -s --max-time 20 'http://\(stage.service.endpoint)\(path)' & done"
    _ = try Command("sh", ["-c", "(\(others)) >/dev/null 2>&1 &"])
    #expect(stage.run { _ in stage.asked == 12 })
    let refused = try stage.curl(path)
    #expect(refused.status == 503)
    #expect(try text(ofFile: refused.body).contains("ask again in a few seconds"))
    stage.silent = []
    let deadline = Instant.now() + .seconds(5)
    #expect(stage.run { _ in .now() > deadline })
    #expect(try stage.curl(path).status == 200)
  }

  @Test func `what is overwritten, unknown or kept by nobody is said`() throws {
    let stage = try Stage("iptables-hostgw-flush", rings: [1 << 16, nil, nil])
    #expect(stage.run { $0.latest?.report.findings.isEmpty == false && $0.nodes.count == 3 })
    let report = try #require(stage.loop.state.withLock(\.latest)).report
    let first = try #require(report.findings.min { $0.at < $1.at })
    let part = try stage.curl("/api/v1/evidence/\(first.id).pcapng")
    #expect(part.header.hasSuffix("partial, n2=none, n3=none"))
    let unknown = try stage.curl("/api/v1/evidence/F-000000000000.pcapng")
    #expect(unknown.status == 404)
    #expect(try text(ofFile: unknown.body).contains("the latest report has no such finding"))
    let odd = try stage.curl("/api/v1/evidence/\(first.id).zip")
    #expect(odd.status == 404)

    let without = try Stage("iptables-hostgw-flush", rings: [nil, nil, nil])
    #expect(without.run { $0.latest?.report.findings.isEmpty == false && $0.nodes.count == 3 })
    let nobody = try without.curl("/api/v1/evidence/\(first.id).pcapng")
    #expect(nobody.status == 404)
    #expect(
      try text(ofFile: nobody.body).contains("no agent that is connected has a ring of frames")
    )
  }
}
