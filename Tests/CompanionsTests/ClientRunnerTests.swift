import Companions
import Protocols
import System
import TestSupport
import Testing
import Wire

@Suite struct ClientRunnerTests {
  static func run(
    _ target: Endpoint,
    tell: (ClientRecord, ClientRecord.Event) -> Void = { _, _ in },
    _ change: (inout ClientRunner.Configuration) -> Void
  ) throws -> [ClientRecord] {
    var configuration = ClientRunner.Configuration(target: target, seed: 3)
    configuration.duration = nil
    configuration.timeout = .seconds(1)
    change(&configuration)
    let runner = try ClientRunner(configuration)
    runner.run(tell: tell)
    return runner.records
  }

  @Test func `what a network loses, doubles and swaps is counted exactly`() throws {
    let server = try RunningServer([.stun])
    let proxy = try FaultyProxy(
      to: server.udp,
      FaultyProxy.Faults(lost: 3, doubled: 5, held: 7)
    )
    defer {
      proxy.stop()
      server.stop()
    }
    let records = try Self.run(proxy.endpoint) {
      ($0.clients, $0.interval, $0.requests) = (5, .milliseconds(4), 100)
    }
    #expect(records.count == 5)
    for record in records {
      #expect(
        [record.sent, record.answered, record.unanswered, record.duplicated, record.reordered]
          == [100, 90, 10, 10, 10]
      )
      #expect(record.podChanges == 0)
      #expect(record.pods.map(\.name) == ["echo-0"])
    }
  }

  @Test func `a move is told with the client and both values`() throws {
    let first = try RunningServer([.stun])
    let second = try RunningServer([.stun]) { $0.engine.pod = "echo-1" }
    let proxy = try FaultyProxy(
      to: first.udp + second.udp,
      FaultyProxy.Faults(moved: 11)
    )
    defer {
      proxy.stop()
      first.stop()
      second.stop()
    }
    var events: [ClientRecord.Event] = []
    let records = try Self.run(
      proxy.endpoint,
      tell: { _, event in
        if case .established = event { return }
        events.append(event)
      },
      { ($0.clients, $0.interval, $0.requests) = (2, .milliseconds(4), 20) }
    )
    #expect(events.count { $0 == .podChanged(from: "echo-0", to: "echo-1") } == 2)
    #expect(events.count == 4)
    for record in records {
      #expect(record.podChanges == 1)
      #expect(record.reflectiveChanges == 1)
      #expect(record.pods.map(\.answers) == [10, 10])
      #expect(record.reflective.count == 2)
    }
  }

  @Test(arguments: [
    (ClientWire.stun, Answers.stun), (.maartensmagic, .affinity), (.hello, .hello),
    (.agnhost, .words),
  ])
  func `every protocol is answered, over both families`(wire: ClientWire, answers: Answers) throws {
    let server = try RunningServer([answers], bind: IPAddress(high: 0, low: 0))
    defer { server.stop() }
    for address in [IPAddress(v4: 0x7f00_0001), IPAddress(high: 0, low: 1)] {
      let records = try Self.run(Endpoint(address, server.udp[0].port)) {
        ($0.wire, $0.clients, $0.interval, $0.requests) = (wire, 3, .milliseconds(5), 10)
      }
      for record in records {
        #expect([record.sent, record.answered, record.duplicated] == [10, 10, 0])
        #expect(record.pods.isEmpty == !wire.namesPod)
        if wire == .stun || (wire == .maartensmagic && address.isV4) {
          #expect(record.reflective == [.endpoint(record.local)])
        }
      }
    }
  }

  @Test func `large and identical datagrams are answered too`() throws {
    let server = try RunningServer([.stun])
    defer { server.stop() }
    let large = try Self.run(server.udp[0]) {
      ($0.clients, $0.interval, $0.requests, $0.padding) = (2, .milliseconds(5), 4, 4_000)
    }
    #expect(large.allSatisfy { $0.answered == 4 })
    let identical = try Self.run(server.udp[0]) {
      ($0.clients, $0.interval, $0.requests, $0.isIdentical) = (2, .milliseconds(5), 4, true)
    }
    #expect(identical.allSatisfy { $0.answered == 4 && $0.duplicated == 0 })
  }

  @Test func `an answer from another address than the one asked is told as such`() throws {
    // A server that answers from a socket of its own, as a translation that is lost half-way makes it seem.
    let loopback = Endpoint(IPAddress(v4: 0x7f00_0001), 0)
    let front = try UDPSocket(bind: loopback)
    let back = try UDPSocket(bind: loopback)
    var configuration = ClientRunner.Configuration(target: front.local, seed: 1)
    (configuration.clients, configuration.interval, configuration.requests) = (
      1, .milliseconds(5), 3
    )
    (configuration.duration, configuration.timeout) = (nil, .milliseconds(300))
    let runner = try ClientRunner(configuration)
    var batch = DatagramBatch(capacity: 4)
    let responder = StunResponder(software: "", pod: "p", node: "")
    runner.run { _, _ in
    } pause: { _ in
      for index in 0..<batch.receive(from: front) {
        guard let request = try? StunRequest(batch.payload(index)) else { continue }
        let source = batch.source(index)
        let answer = written {
          responder.write(request, ofLength: 52, from: source, to: &$0)
        }
        _ = back.send(answer.span, to: source)
      }
      return false
    }
    #expect(runner.misdirected == 3)
    #expect(runner.misdirection == back.local)
    #expect(runner.records[0].answered == 0)
  }

  @Test func `a closed port is refusals, and nothing answered`() throws {
    let closed = try UDPSocket(bind: Endpoint(IPAddress(v4: 0x7f00_0001), 0)).local
    let records = try Self.run(closed) {
      ($0.clients, $0.interval, $0.requests) = (1, .milliseconds(20), 5)
    }
    #expect([records[0].sent, records[0].answered] == [5, 0])
    #expect(records[0].refused >= 1)
  }

  @Test(.enabled(if: hasProgram("python3"), "apt-get install python3"))
  func `a greeting server in Python is understood`() throws {
    // Answers three and leaves.
    let port = 20_000 + UInt16.random(in: 1_000...40_000)
    try startThread {
      _ = shell(
        """
        timeout -s KILL 10 python3 -c 'import socket
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", \(port)))
        for n in range(3):
          d, a = s.recvfrom(1024); s.sendto(b"Hello UDP Client", a)'
        """
      )
    }
    var answered: UInt64 = 0
    for _ in 0..<20 where answered == 0 {
      System.sleep(until: Instant.now() + .milliseconds(200))
      answered = try Self.run(Endpoint(IPAddress(v4: 0x7f00_0001), port)) {
        ($0.wire, $0.clients, $0.interval, $0.requests) = (.hello, 1, .milliseconds(10), 3)
      }[0].answered
    }
    #expect(answered == 3)
  }

  @Test(.enabled(if: hasProgram("python3"), "apt-get install python3"))
  func `a leader is named and asked for in Python`() throws {
    let server = try LeaderServerTests.start(20, port: 0)
    defer { server.stop() }
    let output = shell(
      """
      timeout -s KILL 10 python3 -c 'import json, socket
      s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(3)
      for message in [{"leader": "nonsense"}, {"leader": "127.0.10.20"}, {"status": True}]:
        s.sendto(json.dumps(message).encode(), ("127.0.10.20", \(server.udp[0].port)))
      for n in range(2):
        state = json.loads(s.recvfrom(4096)[0])
        print(state["stickler"], state["pod"], "127.0.10.20" in state["leader_list"])'
      """
    )
    #expect(output == "state p20 True\nstate p20 True\n")
  }

  @Test func `a load goes out at its rate, and its answers are counted`() throws {
    let server = try RunningServer([.echo])
    defer { server.stop() }
    for payload in LoadGenerator.Payload.allCases {
      var configuration = LoadGenerator.Configuration(target: server.udp[0], seed: 1)
      configuration.rate = 2_000
      configuration.duration = .milliseconds(300)
      configuration.sources = 4
      configuration.lengths = 10...100
      configuration.payload = payload
      configuration.countsAnswers = true
      let result = try LoadGenerator(configuration).run { _, _ in false }
      #expect((300...610).contains(result.sent), "\(payload): \(result.sent)")
      #expect(result.answers > 150)
      let average = Double(result.bytes) / Double(result.sent)
      #expect(payload == .stun ? average == 20 : (40...70).contains(average))
    }
  }

  @Test(arguments: EchoSession.Transport.allCases)
  func `an echo is checked, and its server is known by the banner`(
    transport: EchoSession.Transport
  ) throws {
    let server = try RunningServer([.banner], tcp: 1) { $0.engine.namesInBanner = true }
    defer { server.stop() }
    let target = transport == .tcp ? server.tcp[0] : server.udp[0]
    let session = try EchoSession(transport, to: target, timeout: .seconds(2))
    for text in ["one\n", "two\n", String(repeating: "x", count: 5_000)] {
      guard case .echoed = session.exchange(Array(text.utf8)) else {
        Issue.record("not echoed: \(text.prefix(10))")
        continue
      }
    }
    #expect(session.server == "echo-0")
  }
}
