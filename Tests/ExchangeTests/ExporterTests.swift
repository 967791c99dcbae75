import Correlation
import Exchange
import System
import TestSupport
import Testing
import Wire

/// A collector that keeps what comes, each record once, and acknowledges it.
struct KeepingCollector: ~Copyable {
  var server: CollectingServer
  var acknowledges = true
  private(set) var told = Told()
  private(set) var observations: [Observation] = []
  private(set) var ongoing: [Run] = []
  private(set) var watermarks: [Watermark] = []
  private(set) var known: [UInt64: UInt64] = [:]
  /// Records that came again, and that never came.
  private(set) var repeated = 0
  private(set) var missing = 0
  private var answers: [(CollectingServer.Connection, Acknowledgement)] = []

  init(_ server: consuming CollectingServer) {
    self.server = server
  }

  mutating func step() {
    var events: [CollectingServer.Event] = []
    server.step(timeout: .milliseconds(0)) { events.append($0) }
    for event in events { take(event) }
    for (connection, answer) in answers where acknowledges {
      server.acknowledge(connection, answer)
    }
    answers.removeAll()
  }

  private mutating func take(_ event: CollectingServer.Event) {
    told.note(event)
    switch event {
    case .opened(let connection, let hello, _):
      let known = known[hello.epoch] ?? 0
      answers.append((connection, Acknowledgement(epoch: hello.epoch, sequence: known)))
    case .arrived(let connection, let arrival):
      let epoch = arrival.hello.epoch
      let before = known[epoch] ?? 0
      if arrival.end > before {
        #expect(arrival.place >= before, "messages are known whole or not at all")
        missing += Int(arrival.place - before)
        observations += arrival.decoded.observations
        ongoing += arrival.decoded.ongoing
        watermarks += arrival.decoded.watermarks
        known[epoch] = arrival.end
      } else {
        repeated += arrival.recordCount
      }
      answers.append((connection, Acknowledgement(epoch: epoch, sequence: known[epoch] ?? 0)))
    case .answered, .closed: break
    }
  }
}

/// Lets both ends run by turns until something has come of it, at most for ten seconds.
func run(
  _ exporter: inout Exporter,
  _ collector: inout KeepingCollector,
  until isDone: (borrowing Exporter, borrowing KeepingCollector) -> Bool
) -> [String] {
  var lines: [String] = []
  let end = Instant.now() + .seconds(10)
  while !isDone(exporter, collector), Instant.now() < end {
    lines += exporter.step(until: .now() + .milliseconds(2))
    collector.step()
  }
  let isOver = isDone(exporter, collector)
  #expect(isOver, "it came to pass in time")
  return lines
}

@Suite struct ExporterTests {
  private static let home = Endpoint(IPAddress(v4: 0x7f00_0001), 0)

  private func spool(_ folder: borrowing TemporaryFolder, epoch: UInt64 = 7) throws -> Spool {
    try Spool(
      Spool.Settings(directory: folder.path, mostBytes: 8 << 20, node: "n1", epoch: epoch)
    )
  }

  private func exporter(
    _ spool: consuming Spool,
    to endpoint: Endpoint,
    _ change: (inout Exporter.Settings) -> Void = { _ in }
  ) throws -> Exporter {
    var settings = Exporter.Settings(host: "127.0.0.1", port: endpoint.port)
    settings.token = "sesame"
    settings.shortestPause = .milliseconds(5)
    settings.longestPause = .milliseconds(20)
    change(&settings)
    return try Exporter(settings, spool)
  }

  private func observations(_ count: Int, seed: UInt64) -> [Observation] {
    var random = RandomObservation(seed: seed)
    return (0..<count).map { random.next(kind: $0 % RandomObservation.kinds) }
  }

  private func collector(
    at endpoint: Endpoint = Endpoint(IPAddress(v4: 0x7f00_0001), 0)
  ) throws -> KeepingCollector {
    var settings = CollectingServer.Settings()
    settings.token = "sesame"
    return KeepingCollector(try CollectingServer([CollectingServer.Door(endpoint)], settings))
  }

  @Test func `what was told comes to the collector once, and then leaves the spool`() throws {
    let folder = try TemporaryFolder()
    var collector = try collector()
    var exporter = try exporter(spool(folder), to: collector.server.endpoints[0])
    var told: [Observation] = []
    for round in 0..<40 {
      let some = observations(700, seed: UInt64(round))
      exporter.spool.append(some, at: noon)
      exporter.spool.append(watermark: noon + .seconds(Int64(round)), at: noon)
      exporter.spool.flush(at: noon)
      told += some
      _ = exporter.step(until: .now())
      collector.step()
    }
    let lines = run(&exporter, &collector) { exporter, _ in exporter.isSettled }
    #expect(lines.isEmpty)
    #expect(collector.observations == told)
    #expect(collector.watermarks.count == 40)
    #expect(collector.missing == 0)
    #expect(folder.names.count == 1)
    #expect(exporter.health.isConnected)
    #expect(exporter.health.acknowledges)
    #expect(exporter.health.recordsAcknowledged == exporter.health.recordsTold)
    #expect(exporter.health.failures == 0)
  }

  @Test func `what an earlier process left comes first, under its own epoch`() throws {
    let folder = try TemporaryFolder()
    let early = observations(3_000, seed: 1)
    do {
      var spool = try spool(folder, epoch: 7)
      spool.append(early, at: noon)
      spool.flush(at: noon)
    }
    var collector = try collector()
    var exporter = try exporter(spool(folder, epoch: 9), to: collector.server.endpoints[0])
    let late = observations(100, seed: 2)
    exporter.spool.append(late, at: noon)
    exporter.spool.flush(at: noon)
    _ = run(&exporter, &collector) { exporter, _ in exporter.isSettled }
    #expect(collector.observations == early + late)
    #expect(collector.known.keys.sorted() == [7, 9])
    #expect(collector.told.opened.map(\.epoch) == [9])
    #expect(folder.names.count == 1)
  }

  @Test func `a collector that goes and comes back misses nothing and counts nothing twice`() throws
  {
    let folder = try TemporaryFolder()
    // While nobody listens there no other test may be given its port: the system gives out none below 32,768.
    let port = 20_000 + UInt16.random(in: 0..<10_000)
    var collector = try collector(at: Endpoint(IPAddress(v4: 0x7f00_0001), port))
    let endpoint = collector.server.endpoints[0]
    var exporter = try exporter(spool(folder), to: endpoint)
    var told: [Observation] = []
    for round in 0..<6 {
      for part in 0..<4 {
        let some = observations(500, seed: UInt64(round * 10 + part))
        exporter.spool.append(some, at: noon)
        exporter.spool.flush(at: noon)
        told += some
        _ = exporter.step(until: .now())
        collector.step()
      }
      // It goes with connections standing, and another listens where it did.
      collector.server = try CollectingServer([CollectingServer.Door(Self.home)])
      var settings = CollectingServer.Settings()
      settings.token = "sesame"
      collector.server = try CollectingServer([CollectingServer.Door(endpoint)], settings)
    }
    _ = run(&exporter, &collector) { exporter, _ in exporter.isSettled }
    #expect(collector.observations == told)
    #expect(collector.missing == 0)
    #expect(exporter.health.failures > 0)
  }

  /// A collector of another kind: it reads, and answers nothing.
  private struct PlainCollector: ~Copyable {
    let listener: TCPListener
    private var stream: TCPStream?
    private var bytes: [UInt8] = []
    private var decoder = MessageDecoder()
    private(set) var told = DecodedMessage()
    /// Records that sequence numbers say were sent and did not come.
    private(set) var missing = 0

    init() throws {
      listener = try TCPListener(bind: ExporterTests.home)
    }

    mutating func step() {
      if stream == nil { stream = listener.accept() }
      guard case .bytes(let some) = stream?.read() else { return }
      bytes += some
      while let header = MessageHeader(bytes.span), bytes.count >= header.length {
        #expect(decoder.decode(Array(bytes[..<header.length]).span, into: &told))
        bytes.removeFirst(header.length)
      }
      missing = decoder.counts.lost
      #expect(decoder.counts.unknownTemplates == 0)
    }

    /// Hangs up; the next connection is a session of its own.
    mutating func hangUp() {
      stream = nil
      bytes = []
      decoder = MessageDecoder()
    }
  }

  @Test
  func `a collector of another kind is given all that is over once, and nothing of what goes on`()
    throws
  {
    let folder = try TemporaryFolder()
    var collector = try PlainCollector()
    var exporter = try exporter(spool(folder), to: collector.listener.local) {
      $0.token = ""
      $0.greetingTimeout = .milliseconds(50)
    }
    let told = observations(4_000, seed: 3)
    let runs = told.compactMap { if case .run(let run) = $0 { run } else { nil } }
    var lines: [String] = []
    for part in 0..<2 {
      // What an earlier collector, which acknowledged, would have been told of.
      exporter.spool.append(ongoing: Array(runs.prefix(300)), at: noon)
      exporter.spool.append(Array(told[part * 2_000..<part * 2_000 + 2_000]), at: noon)
      exporter.spool.append(ongoing: Array(runs.prefix(20)), at: noon)
      exporter.spool.flush(at: noon)
      let end = Instant.now() + .seconds(10)
      while collector.told.observations.count < part * 2_000 + 2_000, Instant.now() < end {
        lines += exporter.step(until: .now() + .milliseconds(2))
        collector.step()
      }
      #expect(collector.missing == 0)
      let count = collector.told.observations.count
      #expect(count == part * 2_000 + 2_000)
      collector.hangUp()
      // What the kernel has taken counts as delivered: nothing is told before the end was noticed.
      while exporter.health.failures == part, Instant.now() < end {
        lines += exporter.step(until: .now() + .milliseconds(2))
      }
    }
    let isTheSame = collector.told.observations == told
    #expect(isTheSame)
    #expect(collector.told.ongoing.isEmpty)
    #expect(lines.filter { $0.contains("acknowledges nothing") }.count >= 1)
    let wantsOngoing = exporter.wantsOngoing
    #expect(!wantsOngoing)
  }

  /// What a collector answers, and what is said of it.
  static let answers: [(@Sendable (UInt64) -> [UInt8], String)] = [
    ({ _ in Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8) }, "what it answers is no IPFIX"),
    (
      { acknowledgement($0, 1 << 40) }, "it acknowledges records that were never told"
    ),
    ({ acknowledgement($0, 0, "\u{1b}[2Jno") }, "it refuses this agent: [2Jno"),
  ]

  static func acknowledgement(
    _ epoch: UInt64,
    _ sequence: UInt64,
    _ refusal: String? = nil
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    var encoder = MessageEncoder(MessageEncoder.Settings(domain: 1))
    encoder.append(Acknowledgement(epoch: epoch, sequence: sequence, refusal: refusal), at: noon) {
      bytes += $0
    }
    encoder.flush(at: noon) { bytes += $0 }
    return bytes
  }

  @Test(arguments: answers.indices)
  func `answers that are none cost the connection and nothing else`(index: Int) throws {
    let (answer, why) = Self.answers[index]
    let listener = try TCPListener(bind: Endpoint(IPAddress(v4: 0x7f00_0001), 0))
    let folder = try TemporaryFolder()
    var exporter = try exporter(spool(folder), to: listener.local) {
      $0.longestPause = .seconds(10)
      $0.shortestPause = .seconds(10)
    }
    let told = observations(100, seed: 3)
    exporter.spool.append(told, at: noon)
    exporter.spool.flush(at: noon)
    var lines: [String] = []
    let end = Instant.now() + .seconds(5)
    while lines.isEmpty, Instant.now() < end {
      lines += exporter.step(until: .now() + .milliseconds(2))
      guard let stream = listener.accept() else { continue }
      #expect(stream.write(answer(7).span) != nil)
      while lines.isEmpty, Instant.now() < end {
        lines += exporter.step(until: .now() + .milliseconds(2))
      }
    }
    #expect(
      lines == [
        "collector 127.0.0.1:\(listener.local.port): \(why); what was not sent is kept, and it is tried again"
      ]
    )
    #expect(exporter.health.spoolFiles == 1)
    #expect(!exporter.health.isConnected)
    #expect(exporter.health.problem?.hasSuffix(why) == true)
  }

  @Test func `nobody there is said once, and tried again`() throws {
    let closed = try TCPListener(bind: Endpoint(IPAddress(v4: 0x7f00_0001), 0)).local
    let folder = try TemporaryFolder()
    var exporter = try exporter(spool(folder), to: closed)
    var lines: [String] = []
    let end = Instant.now() + .seconds(5)
    while exporter.health.failures < 5, Instant.now() < end {
      lines += exporter.step(until: .now() + .milliseconds(5))
    }
    #expect(
      lines == [
        "collector 127.0.0.1:\(closed.port): connect to \(closed): Connection refused; what was not sent is kept, and it is tried again"
      ]
    )
  }

  @Test func `who is about to go does not wait until it is time to try again`() throws {
    let closed = try TCPListener(bind: Endpoint(IPAddress(v4: 0x7f00_0001), 0)).local
    let folder = try TemporaryFolder()
    var exporter = try exporter(spool(folder), to: closed) {
      ($0.shortestPause, $0.longestPause) = (.seconds(3_600), .seconds(3_600))
    }
    for attempt in 1...2 {
      let end = Instant.now() + .seconds(5)
      while !exporter.isPausing, Instant.now() < end {
        _ = exporter.step(until: .now() + .milliseconds(5))
      }
      let isPausing = exporter.isPausing
      #expect(isPausing)
      #expect(exporter.health.failures == attempt)
      exporter.hurry()
    }
  }
}
