import System
import Testing
import Wire

@Suite struct LoopTests {
  @Test func `a poller names what became readable, and no more`() throws {
    let poller = try Poller()
    let quiet = try UDPSocket(bind: Endpoint(IPAddress(v4: 0x7f00_0001), 0))
    let busy = try UDPSocket(bind: Endpoint(IPAddress(v4: 0x7f00_0001), 0))
    try poller.add(quiet.number, token: 1)
    try poller.add(busy.number, token: 2)
    #expect(quiet.send([1].span, to: busy.local) == .sent)
    var tokens: [UInt64] = []
    poller.wait(timeout: .seconds(1)) { event in
      if event.isReadable { tokens.append(event.token) }
    }
    #expect(tokens == [2])
  }

  @Test func `a wait ends when its time is over`() throws {
    let poller = try Poller()
    let start = Instant.now()
    poller.wait(timeout: .milliseconds(20)) { _ in }
    #expect(Instant.now().since(start) >= .milliseconds(19))
  }

  @Test func `a connection carries bytes both ways, and its end`() throws {
    let listener = try TCPListener(bind: Endpoint(IPAddress(v4: 0x7f00_0001), 0))
    let client = try TCPStream(connectingTo: listener.local)
    var accepted: TCPStream?
    for _ in 0..<1_000 {
      accepted = listener.accept()
      if accepted != nil { break }
      sleep(until: Instant.now() + .milliseconds(1))
    }
    guard let server = accepted.take() else {
      Issue.record("no connection came")
      return
    }
    #expect(server.remote == client.local)
    #expect(client.failure == nil)
    #expect(client.write([104, 105].span) == 2)
    client.finishWriting()
    var readings: [TCPStream.Reading] = []
    while readings.count < 2 {
      let reading = server.read()
      if reading != .nothing { readings.append(reading) }
    }
    #expect(readings == [.bytes([104, 105]), .ended])
    #expect(client.read() == .nothing)
  }

  @Test func `addresses resolve to themselves and a name to its own`() throws {
    #expect(try resolve("192.0.2.7") == [IPAddress(v4: 0xc000_0207)])
    #expect(try resolve("2001:db8::1").first?.description == "2001:db8::1")
    #expect(try resolve("localhost").contains { $0.isLoopback })
  }

  @Test func `a name that is none is told with the name`() {
    let error = #expect(throws: ResolutionError.self) { try resolve("no-such-name.invalid") }
    #expect(error?.name == "no-such-name.invalid")
  }
}
