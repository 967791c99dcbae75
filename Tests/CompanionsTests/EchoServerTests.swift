import Companions
import Glibc
import Protocols
import System
import TestSupport
import Testing
import Wire

/// The server on real sockets, with peers that others wrote.
@Suite struct EchoServerTests {
  @Test(.enabled(if: hasProgram("turnutils_stunclient"), "apt-get install coturn"))
  func `coturn's client reads its reflective address, over both families`() throws {
    let server = try RunningServer([.stun], bind: IPAddress(high: 0, low: 0))
    defer { server.stop() }
    let port = server.udp[0].port
    for address in ["127.0.0.1", "::1"] {
      let output = shell("timeout 5 turnutils_stunclient -p \(port) \(address) 2>&1")
      #expect(output.contains("UDP reflexive addr: \(address):"))
    }
  }

  @Test(.enabled(if: hasProgram("nc"), "apt-get install netcat-openbsd"))
  func `nc gets a banner once, and its lines back`() throws {
    let server = try RunningServer([.banner], tcp: 1)
    defer { server.stop() }
    let lines = shell("(echo one; sleep 0.2; echo two) | nc -u -w1 127.0.0.1 \(server.udp[0].port)")
      .split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 7)
    #expect(lines[1] == "Server: \(server.udp[0])")
    #expect(lines[2].hasPrefix("Client: 127.0.0.1:"))
    #expect(lines[3...] == ["", "one", "two", ""])
    let tcp = shell("printf 'one\\ntwo\\n' | nc -w1 127.0.0.1 \(server.tcp[0].port)")
      .split(separator: "\n", omittingEmptySubsequences: false)
    #expect(tcp[1] == "Server: \(server.tcp[0])")
    #expect(tcp[3...] == ["", "one", "two", ""])
  }

  @Test(.enabled(if: hasProgram("socat"), "apt-get install socat"))
  func `socat gets megabytes back unchanged over TCP`() throws {
    let server = try RunningServer([], tcp: 1)
    defer { server.stop() }
    let output = shell(
      """
      head -c 3000000 /dev/zero | tr '\\0' x \
      | timeout 20 socat -t5 - TCP:127.0.0.1:\(server.tcp[0].port) | tail -n1 | wc -c
      """
    )
    #expect(output.filter(\.isNumber) == "3000000")
  }

  @Test(.enabled(if: hasProgram("socat"), "apt-get install socat"))
  func `socat's datagrams come back, the longest too`() throws {
    let server = try RunningServer([.echo], bind: IPAddress(high: 0, low: 0))
    defer { server.stop() }
    let port = server.udp[0].port
    for address in ["127.0.0.1", "[::1]"] {
      let output = shell(
        "head -c 60000 /dev/zero | socat -b 65000 -t0.3 - UDP:\(address):\(port) | wc -c"
      )
      #expect(output.filter(\.isNumber) == "60000")
    }
  }

  @Test(.enabled(if: hasProgram("python3"), "apt-get install python3"))
  func `the greeting client, in Python, gets its sixteen bytes`() throws {
    let server = try RunningServer([.hello])
    defer { server.stop() }
    let output = shell(
      """
      python3 -c 'import socket
      s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(3)
      for n in range(3):
        s.sendto(("Message number %d from: 127.0.0.1" % n).encode(), ("127.0.0.1", \(server.udp[0].port)))
        print(s.recvfrom(1024)[0])
      s.sendto(b"", ("127.0.0.1", \(server.udp[0].port)))
      print(len(s.recvfrom(1024)[0]))'
      """
    )
    #expect(output == "b'Hello UDP Client'\nb'Hello UDP Client'\nb'Hello UDP Client'\n16\n")
  }

  @Test(.enabled(if: hasProgram("python3"), "apt-get install python3"))
  func `the broadcast sender, in Python, finds its receiver silent and logging`() throws {
    var ends: [Int32] = [0, 0]
    // SAFETY: two descriptors are written into the array of two.
    unsafe #expect(pipe(&ends) == 0)
    let server = try RunningServer([.receive], log: ends[1])
    let output = shell(
      """
      python3 -c 'import socket
      s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(0.3)
      s.bind(("127.0.0.1", 0))
      s.sendto(b"hello\\n", ("127.0.0.1", \(server.udp[0].port)))
      try: print(s.recvfrom(1024))
      except socket.timeout: print("silent", s.getsockname()[1])'
      """
    )
    server.stop()
    close(ends[1])
    let log = String(decoding: readAvailable(ends[0]) ?? [], as: UTF8.self)
    close(ends[0])
    #expect(output.hasPrefix("silent "))
    let port = output.dropFirst(7).filter(\.isNumber)
    let lines = log.split(separator: "\n").filter { $0.contains(" - root - INFO - ") }
    #expect(lines.count == 2)
    #expect(
      lines.first?.hasSuffix(
        " - root - INFO - Message from Client:b'hello\\n' Client IP Address:('127.0.0.1', \(port))"
      ) == true
    )
  }

  @Test func `health, readiness and metrics are served, and nothing else`() throws {
    let server = try RunningServer([.echo], http: true)
    defer { server.stop() }
    let http = try #require(server.http)
    func get(_ request: String) -> String {
      shell("printf '\(request)' | timeout 5 nc -q1 127.0.0.1 \(http.port)")
    }
    #expect(get("GET /healthz HTTP/1.1\\r\\n\\r\\n").hasPrefix("HTTP/1.1 200 OK\r\n"))
    #expect(get("GET /readyz?x HTTP/1.0\\r\\nHost: x\\r\\n\\r\\n").hasSuffix("\r\n\r\nready\n"))
    #expect(get("HEAD /healthz HTTP/1.1\\r\\n\\r\\n").hasSuffix("\r\n\r\n"))
    #expect(get("GET /secret HTTP/1.1\\r\\n\\r\\n").hasPrefix("HTTP/1.1 404 "))
    #expect(get("POST /healthz HTTP/1.1\\r\\n\\r\\n").hasPrefix("HTTP/1.1 405 "))
    #expect(get("rubbish\\n\\n").hasPrefix("HTTP/1.1 400 "))
    _ = shell("printf hi | nc -u -w1 127.0.0.1 \(server.udp[0].port)")
    let metrics = get("GET /metrics HTTP/1.1\\r\\n\\r\\n")
    #expect(metrics.contains("\nstickler_echo_datagrams_total{taken_for=\"echo\"} 1\n"))
    #expect(metrics.contains("\nstickler_echo_sources 1\n"))
  }

  @Test func `connections beyond the limit are closed, the others served`() throws {
    let server = try RunningServer([], tcp: 1) { $0.connections = 2 }
    defer { server.stop() }
    let first = try TCPStream(connectingTo: server.tcp[0])
    let second = try TCPStream(connectingTo: server.tcp[0])
    let third = try TCPStream(connectingTo: server.tcp[0])
    func reading(_ stream: borrowing TCPStream) -> TCPStream.Reading {
      for _ in 0..<2_000 {
        let reading = stream.read()
        if reading != .nothing { return reading }
        System.sleep(until: Instant.now() + .milliseconds(1))
      }
      return .nothing
    }
    for reading in [reading(first), reading(second)] {
      guard case .bytes(let banner) = reading else {
        Issue.record("no banner: \(reading)")
        continue
      }
      #expect(Banner.length(banner.span) == banner.count)
    }
    #expect(reading(third) == .ended)
  }

  @Test func `two real servers that a relay points at each other fall silent`() throws {
    for answers in [Answers.echo, .banner, [.stun, .affinity, .words, .echo]] {
      let left = try RunningServer([answers])
      let right = try RunningServer([answers])
      defer {
        left.stop()
        right.stop()
      }
      // What comes from one server goes to the other, as if they had each other's address.
      let toLeft = try UDPSocket(bind: Endpoint(IPAddress(v4: 0x7f00_0001), 0))
      let toRight = try UDPSocket(bind: Endpoint(IPAddress(v4: 0x7f00_0001), 0))
      for length in 1...5 {
        #expect(toLeft.send(Array(repeating: 1, count: length).span, to: left.udp[0]) == .sent)
      }
      var batch = DatagramBatch(capacity: 8)
      var relayed = 0
      var lastRelay = Instant.now()
      while Instant.now().since(lastRelay) < .milliseconds(300), relayed < 200_000 {
        for index in 0..<batch.receive(from: toLeft) {
          _ = toRight.send(batch.payload(index), to: right.udp[0])
          relayed += 1
          lastRelay = Instant.now()
        }
        for index in 0..<batch.receive(from: toRight) {
          _ = toLeft.send(batch.payload(index), to: left.udp[0])
          relayed += 1
          lastRelay = Instant.now()
        }
      }
      #expect(relayed > 0)
      #expect(relayed < 20_000, "\(answers.names)")
    }
  }

  @Test func `malformed datagrams of every kind leave the server answering`() throws {
    let server = try RunningServer([
      [.stun, .affinity, .words, .leader], .banner, .receive, .hello,
    ])
    defer { server.stop() }
    let client = try UDPSocket(bind: Endpoint(IPAddress(v4: 0x7f00_0001), 0))
    var random = SplitMix64(state: 6)
    let whole = [
      StunVectors.request, AffinityVectors.request, AffinityVectors.newerRequest,
      Array("echo hi".utf8), Array(#"{"leader":"10.0.0.1"}"#.utf8),
      Broadcast.Message(text: [1], id: 1).encoded, (0..<1_400).map { UInt8($0 & 0xff) },
    ]
    var batch = DatagramBatch(capacity: 64)
    for round in 0..<70_000 {
      let message = damaged(whole[round % whole.count], by: &random)
      _ = client.send(message.span, to: server.udp[round / 7 % 4])
      if round % 32 == 0 { while batch.receive(from: client) > 0 {} }
    }
    let request = written {
      StunRequest(transaction: Stun.Transaction(high: 7, low: 8)).write(to: &$0)
    }
    var answer: StunAnswer?
    let end = Instant.now() + .seconds(5)
    while answer == nil, Instant.now() < end {
      _ = client.send(request.span, to: server.udp[0])
      System.sleep(until: Instant.now() + .milliseconds(5))
      for index in 0..<batch.receive(from: client) where answer == nil {
        answer = try? StunAnswer(batch.payload(index))
      }
    }
    #expect(answer?.reflective == client.local)
    #expect(answer?.pod == "echo-0")
  }
}
