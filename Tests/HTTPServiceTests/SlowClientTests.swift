import HTTPService
import System
import Testing
import Wire

/// Clients that take their time.
struct SlowClientTests {
  @Test func `fifty slow clients do not keep a fifty-first waiting`() throws {
    let sample = try Sample()
    let slow = try (0..<50).map { _ in try sample.connect() }
    // Some stop in the middle of their headers, some never fetch a large answer.
    for (number, connection) in slow.enumerated() {
      connection.send(
        number.isMultiple(of: 2)
          ? "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n" : "GET /report HTTP/1.1\r\nHost: lo"
      )
    }
    defer { withExtendedLifetime(slow) {} }
    let start = Instant.now()
    let reply = try sample.curl("/report")
    #expect(reply.status == 200)
    #expect(Instant.now().since(start) < .seconds(5))
    #expect(sample.server.tally.connections >= 50)
  }

  @Test func `who sends a byte now and then loses the connection all the same`() throws {
    var limits = HTTPLimits()
    limits.patience = .seconds(2)
    let sample = try Sample(token: nil, limits)
    let connection = try sample.connect()
    connection.send("GET /report HTTP/1.1\r\n")
    let start = Instant.now()
    while !connection.ends(within: .milliseconds(300)), Instant.now().since(start) < .seconds(20) {
      connection.send("X")
    }
    #expect(connection.hasEnded)
    #expect(sample.server.tally.lateConnections == 1)
    #expect(try sample.curl("/report").status == 200)
  }

  @Test func `who never fetches the answer loses the connection`() throws {
    var limits = HTTPLimits()
    limits.fetching = .seconds(1)
    let sample = try Sample(token: nil, limits)
    let connection = try sample.connect()
    connection.send("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(connection.reads("200 OK"))
    let end = Instant.now() + .seconds(20)
    while sample.server.tally.connections > 0, Instant.now() < end {
      sleep(until: .now() + .milliseconds(50))
    }
    #expect(sample.server.tally.connections == 0)
    #expect(sample.server.tally.lateConnections == 1)
    #expect(connection.ends())
  }

  @Test func `headers have a limit`() throws {
    let sample = try Sample()
    let connection = try sample.connect()
    connection.send("GET /report HTTP/1.1\r\nHost: localhost\r\n")
    for _ in 0..<64 { connection.send("X-Filler: \(String(repeating: "y", count: 1000))\r\n") }
    #expect(connection.ends())
    #expect(!connection.received.contains("200 OK"))
    #expect(try sample.curl("/report").status == 200)
  }

  @Test func `garbage ends its own connection and no other`() throws {
    let sample = try Sample()
    let garbage = ["\u{0}\u{1}\r\n\r\n", "GET\r\n\r\n", "\r\n\r\n", "GET /% HTTP/9.9\r\n\r\n"]
    for garbage in garbage {
      let connection = try sample.connect()
      connection.send(garbage)
    }
    #expect(try sample.curl("/report").status == 200)
  }
}
