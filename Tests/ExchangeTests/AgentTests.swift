import Correlation
import Exchange
import Glibc
import System
import TestSupport
import Testing
import Wire

/// The program, capturing on loopback for a collector of the test's own.
@Suite(
  .serialized,
  .enabled(if: geteuid() == 0, "only root may capture")
)
struct AgentTests {
  private static let home = Endpoint(IPAddress(v4: 0x7f00_0001), 0)

  /// Somebody who asks a server on loopback, and the server.
  private struct Talk: ~Copyable {
    let server: UDPSocket
    let client: UDPSocket

    init() throws {
      let server = try UDPSocket(bind: AgentTests.home)
      client = try UDPSocket(bind: AgentTests.home)
      self.server = server
    }

    var port: UInt16 { server.local.port }

    func send(_ count: Int) {
      for number in 0..<count {
        let datagram = Array("datagram \(number) of \(client.local.port)".utf8)
        #expect(client.send(datagram.span, to: server.local) == .sent)
      }
    }
  }

  private func collector(token: String = "sesame") throws -> KeepingCollector {
    var settings = CollectingServer.Settings()
    settings.token = token
    return KeepingCollector(
      try CollectingServer([CollectingServer.Door(Self.home)], settings)
    )
  }

  private func wait(
    _ collector: inout KeepingCollector,
    _ agent: borrowing AgentProcess,
    until isDone: (borrowing KeepingCollector) -> Bool
  ) {
    let end = Instant.now() + .seconds(10)
    while !isDone(collector), Instant.now() < end {
      collector.step()
      sleep(until: .now() + .milliseconds(2))
    }
    let isOver = isDone(collector)
    #expect(isOver, "it came to pass in time; the agent says: \(agent.log)")
  }

  private func datagrams(_ runs: [Run], to port: UInt16) -> [UInt32] {
    runs.filter { $0.leg.destination.port == port }.map(\.forward.datagrams)
  }

  private func ended(_ collector: borrowing KeepingCollector) -> [Run] {
    collector.observations.compactMap { if case .run(let run) = $0 { run } else { nil } }
  }

  @Test func `what passes is told while it goes on, and once more when it is over`() throws {
    let talk = try Talk()
    var collector = try collector()
    let port = collector.server.endpoints[0].port
    var agent = try AgentProcess()
    let token = try agent.folder.write("token", Array("sesame\n".utf8))
    try agent.start("-i lo -p \(talk.port) --collector 127.0.0.1:\(port) --token-file '\(token)'")
    wait(&collector, agent) { !$0.told.opened.isEmpty }
    #expect(collector.told.opened.first?.node == "n1")
    let start = Instant.now()
    talk.send(20)
    wait(&collector, agent) { datagrams($0.ongoing, to: talk.port).last == 20 }
    #expect(Instant.now().since(start).inSeconds < 3)
    let told = collector.ongoing.count
    talk.send(5)
    // The pause before them has ended a run, and begun another.
    wait(&collector, agent) { datagrams($0.ongoing, to: talk.port).last == 5 }
    // What has not changed is not told again.
    let after = collector.watermarks.count
    wait(&collector, agent) { $0.watermarks.count >= after + 3 }
    #expect(datagrams(collector.ongoing, to: talk.port).count <= told + 3)
    #expect(datagrams(ended(collector), to: talk.port) == [20])

    agent.end(SIGTERM) { collector.step() }
    collector.step()
    #expect(datagrams(ended(collector), to: talk.port) == [20, 5])
    #expect(collector.told.closed.last == .ended)
    let times = collector.watermarks.map(\.time)
    #expect(times == times.sorted())
    #expect(collector.missing == 0)
    let log = agent.log
    #expect(log.contains("stickler-agent: connected to collector 127.0.0.1:\(port)"))
    // No fewer than were sent; errors that other tests cause on loopback are captured too.
    #expect(log.contains(" frames captured, 0 dropped"))
    #expect(!log.contains("not acknowledged"))
    #expect(try Command("ls", ["\(agent.folder.path)/spool"]).output.isEmpty, "all was taken")
  }

  @Test func `what a collector that is away did not get it gets from the next process`() throws {
    let talk = try Talk()
    let closed = try TCPListener(bind: Self.home).local
    var agent = try AgentProcess()
    try agent.start("-i lo -p \(talk.port) --collector \(closed)")
    let end = Instant.now() + .seconds(10)
    while !agent.log.contains("Connection refused"), Instant.now() < end {
      sleep(until: .now() + .milliseconds(10))
    }
    talk.send(7)
    sleep(until: .now() + .milliseconds(100))
    agent.end(SIGTERM)
    let said = agent.log
    #expect(said.contains("the rest stays in the spool"))

    var settings = CollectingServer.Settings()
    settings.letsAnyoneIn = true
    var collector = KeepingCollector(
      try CollectingServer([CollectingServer.Door(Self.home)], settings)
    )
    try agent.start("-i lo -p \(talk.port) --collector \(collector.server.endpoints[0])")
    wait(&collector, agent) { datagrams(ended($0), to: talk.port) == [7] }
    #expect(collector.known.count == 1, "the earlier process's epoch comes first")
    wait(&collector, agent) { $0.known.count == 2 }
    agent.end(SIGTERM) { collector.step() }
  }

  @Test func `without a spool what the collector did not get is lost, and is said to be`() throws {
    let talk = try Talk()
    let closed = try TCPListener(bind: Self.home).local
    let words =
      "'\(AgentProcess.path)' --no-http --sandbox off --node n1 -i lo -p \(talk.port) --collector \(closed) --for 1s 2>&1"
    let said = try Command("sh", ["-c", words]).output
    #expect(
      said.contains(
        "acknowledged everything; the rest is lost: --spool FOLDER keeps it for the next start"
      ),
      "\(said)"
    )
  }

  @Test func `killed at any moment it tells nothing twice, and goes on`() throws {
    let talk = try Talk()
    var settings = CollectingServer.Settings()
    settings.letsAnyoneIn = true
    var collector = KeepingCollector(
      try CollectingServer([CollectingServer.Door(Self.home)], settings)
    )
    var agent = try AgentProcess()
    let options = "-i lo -p \(talk.port) --collector \(collector.server.endpoints[0])"
    for round in 1...3 {
      try agent.start(options)
      wait(&collector, agent) { $0.told.opened.count == round }
      talk.send(10 * round)
      wait(&collector, agent) { datagrams($0.ongoing, to: talk.port).last == UInt32(10 * round) }
      agent.end(SIGKILL)
    }
    try agent.start(options)
    wait(&collector, agent) { $0.told.opened.count == 4 }
    wait(&collector, agent) { $0.known.count == 4 }
    agent.end(SIGTERM) { collector.step() }
    #expect(datagrams(collector.ongoing, to: talk.port).max() == 30)
    #expect(datagrams(ended(collector), to: talk.port).isEmpty)
    #expect(collector.missing == 0)
  }

  @Test(
    .enabled(
      if: (try? Command("sh", ["-c", "unshare --mount true 2>/dev/null"]).status) == 0,
      "no mount namespace can be made here"
    )
  )
  func `with a full disk it goes on from memory and says so, and writes when there is room`() throws
  {
    let talk = try Talk()
    var settings = CollectingServer.Settings()
    settings.letsAnyoneIn = true
    var collector = KeepingCollector(
      try CollectingServer([CollectingServer.Door(Self.home)], settings)
    )
    var agent = try AgentProcess()
    let endpoint = collector.server.endpoints[0]
    try agent.start("-i lo -p \(talk.port) --collector \(endpoint)", isDiskFull: true)
    wait(&collector, agent) { !$0.told.opened.isEmpty }
    talk.send(7)
    wait(&collector, agent) { datagrams($0.ongoing, to: talk.port).last == 7 }
    #expect(
      agent.log.contains(
        "No space left on device; what is not sent yet is kept in memory, and the disk is tried again"
      )
    )
    let spool = "/proc/\(agent.number)/root\(agent.spool)"
    #expect(try Command("rm", ["\(spool)/filler"]).status == 0)
    // The disk is tried again every ten seconds.
    let end = Instant.now() + .seconds(20)
    var written = ""
    while written.isEmpty, Instant.now() < end {
      for _ in 0..<50 {
        collector.step()
        sleep(until: .now() + .milliseconds(2))
      }
      written = try Command("find", [spool, "-name", "*.ipfix", "-size", "+0"]).output
    }
    #expect(!written.isEmpty)
    talk.send(5)
    wait(&collector, agent) { datagrams($0.ongoing, to: talk.port).last == 5 }
    agent.end(SIGTERM) { collector.step() }
    collector.step()
    #expect(datagrams(ended(collector), to: talk.port).reduce(0, +) == 12)
    #expect(collector.missing == 0)
  }

  @Test func `two agents do not share a spool`() throws {
    let talk = try Talk()
    var agent = try AgentProcess()
    let options = "-i lo -p \(talk.port) --collector 127.0.0.1:1"
    try agent.start(options)
    let end = Instant.now() + .seconds(10)
    while !agent.log.contains("watching"), Instant.now() < end {
      sleep(until: .now() + .milliseconds(10))
    }
    let command =
      "'\(AgentProcess.path)' --no-http --sandbox off --node n2 \(options) --spool '\(agent.spool)' 2>&1"
    let other = try Command("sh", ["-c", command])
    #expect(other.status == 3)
    #expect(
      other.output.hasSuffix(
        "stickler-agent: \(agent.spool): another agent keeps its spool there; give each a folder of its own by --spool\n"
      ),
      "\(other.output)"
    )
    agent.end(SIGTERM)
  }

  @Test func `frames that it keeps are told to the collector that asks for them`() throws {
    let talk = try Talk()
    let other = try Talk()
    var collector = try collector()
    let port = collector.server.endpoints[0].port
    var agent = try AgentProcess()
    let token = try agent.folder.write("token", Array("sesame\n".utf8))
    let ports = "-p \(talk.port) -p \(other.port)"
    let options = "-i lo \(ports) --collector 127.0.0.1:\(port) --token-file '\(token)'"
    try agent.start("\(options) --evidence-ring 1MB --evidence-snaplen 80")
    wait(&collector, agent) { !$0.told.opened.isEmpty }
    #expect(collector.told.opened.map(\.ringBytes) == [1 << 20])
    let start = Timestamp.now()
    talk.send(20)
    other.send(20)
    wait(&collector, agent) { datagrams($0.ongoing, to: talk.port).last == 20 }
    let wanted = [FiveTuple(from: talk.client.local, to: talk.server.local)]
    let request = EvidenceRequest(
      number: 3,
      wanted: wanted,
      from: start,
      to: start + .seconds(60),
      mostFrames: 100,
      mostBytes: 1 << 20
    )
    let isAsked = collector.server.request(try #require(collector.told.connections.last), request)
    #expect(isAsked)
    wait(&collector, agent) { $0.told.ends.count == 1 }
    let frames = collector.told.frames
    #expect(frames.count == 20)
    #expect(frames.allSatisfy { $0.request == 3 && $0.interface == "lo" && $0.bytes.count <= 80 })
    let tuples = frames.map { frame in
      Packet(frame.bytes.span, as: frame.link, originalLength: Int(frame.originalLength)).tuple
    }
    #expect(Set(tuples) == Set(wanted))
    var end = EvidenceEnd(request: 3, .answered)
    (end.frames, end.since) = (20, collector.told.ends.first?.since)
    #expect(collector.told.ends == [end])
    #expect(collector.missing == 0)
    agent.end(SIGTERM) { collector.step() }

    // One without a ring says so.
    try agent.start(options)
    wait(&collector, agent) { $0.told.opened.count == 2 }
    #expect(collector.told.opened.last?.ringBytes == nil)
    wait(&collector, agent) { !$0.told.ends.isEmpty && $0.watermarks.count > 2 }
    let last = try #require(collector.told.connections.last)
    let isAskedAgain = collector.server.request(last, request)
    #expect(isAskedAgain)
    wait(&collector, agent) { $0.told.ends.count == 2 }
    #expect(collector.told.ends.last == EvidenceEnd(request: 3, .noRing))
    agent.end(SIGTERM) { collector.step() }
  }

  @Test(arguments: [
    ("--collector 127.0.0.1:1 --token-file /nowhere", "/nowhere: No such file or directory"),
    ("", "nobody to tell: give --collector HOST:PORT or --ipfix-udp HOST:PORT"),
    (
      "--collector 127.0.0.1 --tls-ca /nowhere/ca.crt",
      "/nowhere/ca.crt: No such file or directory"
    ),
    (
      "--collector 127.0.0.1 --tls-cert /etc/passwd",
      "a certificate and its key have to be given together"
    ),
    (
      "--collector a:b:c",
      "'a:b:c' is no host with a port, such as collector.example:4739"
    ),
    (
      "--collector 127.0.0.1 -i nowhere0", "there is no interface nowhere0"
    ),
    (
      "--collector 127.0.0.1 --evidence-snaplen 100",
      "--evidence-snaplen is of the frames in a ring: give --evidence-ring too"
    ),
    (
      "--ipfix-udp 127.0.0.1 --evidence-ring 1MB",
      "--evidence-ring is for a collector that asks: give --collector too"
    ),
    (
      "--collector 127.0.0.1 -p 53 --filter udp",
      "--filter says what to capture, and so does --port"
    ),
  ])
  func `what cannot be is said in one line`(options: String, says: String) throws {
    let folder = try TemporaryFolder()
    let command = "'\(AgentProcess.path)' --no-http \(options) 2>'\(folder.path)/log'"
    #expect(try Command("sh", ["-c", command]).status == 3)
    let log = try text(ofFile: "\(folder.path)/log")
    #expect(log.contains(says))
    #expect(log.split(separator: "\n").count == 1)
  }

  @Test func `it answers how it goes`() throws {
    let talk = try Talk()
    let free = try TCPListener(bind: Self.home).local
    var agent = try AgentProcess()
    let options =
      "-i lo -p \(talk.port) --ipfix-udp 127.0.0.1:\(talk.port) --collector 127.0.0.1:1 --evidence-ring 2MB"
    try agent.start(options, http: "--http \(free)")
    let script = """
      import sys, time, urllib.request
      for attempt in range(200):
          try:
              for path in ("metrics", "healthz", "readyz"):
                  sys.stdout.write(urllib.request.urlopen("http://\(free)/" + path).read().decode())
              break
          except OSError:
              time.sleep(0.05)
      """
    let answer = try Command("python3", ["-c", script]).output
    #expect(answer.contains("\nstickler_agent_up 1\n"))
    #expect(answer.contains("\nstickler_capture_dropped_frames_total 0\n"))
    #expect(answer.contains("\nstickler_interface_missed_frames_total{interface=\"lo\"} "))
    #expect(answer.contains("\nstickler_evidence_ring_bytes 2097152\n"))
    #expect(answer.contains("\nstickler_evidence_ring_overwritten_frames_total 0\n"))
    #expect(answer.contains("\nstickler_evidence_ring_oldest_time_seconds "))
    #expect(answer.hasSuffix("ok\nready, but the collector is away\n"))
    agent.end(SIGTERM)
  }
}
