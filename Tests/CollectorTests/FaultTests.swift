import Affinity
import Collector
import Correlation
import Exchange
import Glibc
import Reporting
import System
import TestSupport
import Testing
import Wire

/// `stickler collect` and what can go wrong with its disk, its files, its certificates and whoever speaks to it: nothing
/// that was acknowledged is lost, nothing counts twice, and what happened is said.
@Suite(.serialized) struct FaultTests {
  /// Every session once, with all of its datagrams.
  private func expect(_ report: Report, has count: Int) {
    #expect(report.sessions.count == count)
    #expect(report.sessions.allSatisfy { $0.datagrams == Int(TellingAgent.datagrams) })
    #expect(!report.blindSpots.contains { $0.kind == "lost-observations" })
  }

  // MARK: Certificates

  struct Certificate: Sendable {
    var collector = "collector"
    var agent: String?
    var agentSays: String
    var collectorSays: String
  }

  private static let ends = "the other end ends the session: "
  private static let refuses = "the other end's certificate is not accepted: "
  static let certificates = [
    Certificate(
      collector: "stranger",
      agentSays: refuses + "unable to get local issuer certificate",
      collectorSays: ends + "unknown ca"
    ),
    Certificate(
      collector: "elsewhere",
      agentSays: refuses + "IP address mismatch",
      collectorSays: ends + "bad certificate"
    ),
    Certificate(
      collector: "expired",
      agentSays: refuses + "certificate has expired",
      collectorSays: ends + "certificate expired"
    ),
    Certificate(
      agent: "expired",
      agentSays: ends + "certificate expired",
      collectorSays: refuses + "certificate has expired"
    ),
    Certificate(
      agent: "stranger",
      agentSays: ends + "unknown ca",
      collectorSays: refuses + "unable to get local issuer certificate"
    ),
  ]

  @Test(.enabled(if: Command.path(of: "openssl") != nil, "openssl is not installed"))
  func `who has a wrong certificate is told so, and what was seen is kept`() throws {
    let certificates = try Certificates()
    for each in Self.certificates { try check(each, in: certificates.folder.path) }
  }

  private func check(_ each: Certificate, in path: String) throws {
    func options(_ name: String) -> String {
      "--tls-cert '\(path)/\(name).crt' --tls-key '\(path)/\(name).key' --tls-ca '\(path)/ca.crt'"
    }
    func context(_ name: String) throws -> TLSContext {
      try TLSContext(
        client: TLSFiles(
          certificate: "\(path)/\(name).crt",
          key: "\(path)/\(name).key",
          authorities: "\(path)/ca.crt"
        )
      )
    }
    var collector = try CollectProcess()
    try collector.start(options(each.collector))
    var agent = try TellingAgent(to: collector.door, tls: context(each.agent ?? "agent"))
    agent.tell(sessions: 3)
    let said = agent.run { $1.contains { $0.contains(each.agentSays) } }
    #expect(said, "\(each.agentSays); it says \(agent.lines)")
    let told = collector.wait { $0.contains(each.collectorSays) }
    #expect(told, "\(each.collectorSays); it says \(collector.log)")
    #expect(agent.exporter.health.recordsAcknowledged == 0)
    #expect(agent.exporter.health.spoolLosses == Spool.Losses())
    if each.agent == nil {
      // The collector gets the right one: what was kept arrives.
      collector.end(SIGTERM)
      try collector.start(options("collector"))
      agent.settle(or: collector.log)
    }
    agent.exporter.close()
    expect(try collector.report(), has: each.agent == nil ? 3 : 0)
  }

  // MARK: Disks and files

  private static let canMount =
    (try? Command("sh", ["-c", "unshare --mount true 2>/dev/null"]).status) == 0

  @Test(.enabled(if: canMount, "only root can mount the small disk that this fills"))
  func `a full disk: nothing is acknowledged that is not on it, and it goes on when there is room`()
    throws
  {
    var collector = try CollectProcess()
    // Once there is room again, it has to do for the history and its write-ahead log too.
    try collector.start("--insecure", on: .small(megabytes: 32))
    let filler = collector.seen("\(collector.folder.path)/filler")
    // Whatever room there is, but for a little.
    let fill = "head -c 32m /dev/zero >'\(filler)' 2>/dev/null; truncate -s -65536 '\(filler)'"
    #expect(try Command("sh", ["-c", fill]).status == 0)
    var agent = try TellingAgent(to: collector.door)
    agent.tell(sessions: 2_000)
    let wait = agent.run { _, _ in
      collector.log.contains("No space left on device; nothing is acknowledged until it can be")
    }
    #expect(wait, "it says so: \(collector.log)")
    // It is tried again each second.
    agent.tell(sessions: 2_000)
    let pause = Instant.now() + .seconds(2)
    _ = agent.run { _, _ in Instant.now() >= pause }
    let log = "\(collector.database).log"
    var safe: UInt64 = 0
    var written = try ObservationLog(ObservationLog.Settings(directory: collector.seen(log)))
    _ = try written.replay { message in
      safe = max(safe, message.end)
      return 0
    }
    #expect(agent.exporter.health.recordsAcknowledged <= safe)
    #expect(agent.exporter.health.recordsAcknowledged < 4_000)
    #expect(agent.exporter.health.isConnected)
    #expect(try collector.get("/healthz").status == "200")
    let metrics = try collector.get("/metrics").body
    #expect(metrics.contains(/stickler_collector_log_failures_total [1-9]/))

    #expect(try Command("rm", [filler]).status == 0)
    agent.settle(or: collector.log)
    #expect(collector.wait { $0.contains("\(log): it can be written again") })
    // What is on the small disk goes with the process.
    #expect(
      try collector.get("/metrics").body.contains("stickler_collector_observations_total 4000\n")
    )
    collector.end(SIGTERM)
  }

  @Test(arguments: ["truncate -s 5000", "truncate -s 100", "truncate -s 0", "cp /etc/services"])
  func `a history that is damaged is kept under another name, and begins anew from the log`(
    harm: String
  ) throws {
    var collector = try CollectProcess()
    try collector.start("--insecure")
    var agent = try TellingAgent(to: collector.door)
    agent.tell(sessions: 300)
    agent.settle(or: collector.log)
    agent.exporter.close()
    expect(try collector.report(), has: 300)
    let path = collector.database
    #expect(try Command("sh", ["-c", "\(harm) '\(path)'"]).status == 0)
    let damaged = try Command("cksum", ["-a", "crc", path]).output
    try collector.start("--insecure")
    let log = collector.log
    if harm.hasSuffix(" 0") {
      #expect(log.contains("there is no history here; the history begins anew with what the log"))
    } else {
      #expect(log.contains("it is kept as \(path).damaged-1, and the history begins anew"))
      let kept = try Command("cksum", ["-a", "crc", "\(path).damaged-1"]).output
      #expect(kept.split(separator: " ").prefix(2) == damaged.split(separator: " ").prefix(2))
    }
    expect(try collector.report(), has: 300)
    expect(try #require(try HistoryReader(path: path).latestReport()).report, has: 300)
  }

  @Test func `two collectors do not share a database`() throws {
    var collector = try CollectProcess()
    try collector.start("--insecure")
    let other = try Program.run(
      "collect --insecure --listen 127.0.0.1:0 --http off --db '\(collector.database)'"
    )
    #expect(other.status == 3)
    #expect(
      other.errors
        == "stickler: \(collector.database): another collector writes to it; give each a file of its own by --db\n"
    )
    collector.end(SIGTERM)
  }

  // MARK: Strangers

  @Test func `garbage and half messages cost their connections and nothing else`() throws {
    var collector = try CollectProcess()
    try collector.start("--insecure")
    let bytes: [[UInt8]] = [
      Array("GET / HTTP/1.1\r\n\r\n".utf8), Array(repeating: 0, count: 5_000),
      [0, 10, 0xff, 0xff], [0, 10, 0, 3] + Array(repeating: 7, count: 40),
      // The beginning of a message that never ends.
      [0, 10, 4, 0] + Array(repeating: 0, count: 300),
    ]
    let strangers = try bytes.map { some in
      let stranger = try AgentClient("n9", to: collector.door)
      // Behind a hello, and instead of one.
      stranger.send(some)
      return stranger
    }
    let nameless = try bytes.map { some in
      let stream = try TCPStream(connectingTo: collector.door)
      let end = Instant.now() + .seconds(20)
      while stream.write(some.span) != some.count, Instant.now() < end {
        sleep(until: .now() + .milliseconds(1))
      }
      return StreamBox(stream)
    }
    var agent = try TellingAgent(to: collector.door)
    agent.tell(sessions: 500)
    agent.settle(or: collector.log)
    // One that goes in the midst of a message: no part of it counts.
    do {
      let half = try AgentClient("n8", to: collector.door)
      half.begin()
      var message: [UInt8] = []
      var encoder = MessageEncoder(MessageEncoder.Settings(domain: 1))
      encoder.append(Watermark(epoch: 1, time: .now()), at: .now()) { message += $0 }
      encoder.flush(at: .now()) { message += $0 }
      half.send(Array(message.dropLast(3)))
    }
    #expect(collector.wait { $0.contains("agent n8") && $0.contains("the connection broke off") })
    #expect(collector.wait { $0.components(of: "what it sends is no IPFIX") >= 6 })
    let (status, _) = try collector.get("/healthz")
    #expect(status == "200")
    withExtendedLifetime((strangers, nameless)) {}
    agent.exporter.close()
    expect(try collector.report(), has: 500)
  }

  @Test func `fifty readers that never end their questions keep nobody waiting`() throws {
    var collector = try CollectProcess()
    try collector.start("--insecure")
    let slow = try (0..<50).map { _ in StreamBox(try TCPStream(connectingTo: collector.page)) }
    func drip(_ text: String) {
      for box in slow { _ = box.stream.write(Array(text.utf8).span) }
    }
    sleep(until: .now() + .milliseconds(50))
    drip("GET /api/v1/report HTTP/1.1\r\nHost: stickler\r\nX-Slow: ")
    var agent = try TellingAgent(to: collector.door)
    var longest = Interval.seconds(0)
    for _ in 0..<5 {
      agent.tell(sessions: 100)
      let start = Instant.now()
      agent.settle(or: collector.log)
      drip("a")
      #expect(try collector.get("/healthz").status == "200")
      longest = max(longest, Instant.now().since(start))
    }
    // It takes a few hundredths of a second; a reader's patience is 20 s.
    #expect(longest < .seconds(20))
    let end = Instant.now() + .seconds(40)
    var answer = try collector.get("/api/v1/report")
    while !answer.body.contains("203.0.113.0:40500"), Instant.now() < end {
      answer = try collector.get("/api/v1/report")
      drip("b")
    }
    #expect(answer.status == "200")
    #expect(answer.body.contains("203.0.113.0:40500"))
    agent.exporter.close()
    expect(try collector.report(), has: 500)
  }
}

/// A stream that an array can hold.
private final class StreamBox {
  let stream: TCPStream

  init(_ stream: consuming TCPStream) { self.stream = stream }
}

extension String {
  /// How often a text is in it.
  fileprivate func components(of text: String) -> Int { ranges(of: text).count }
}
