import Glibc
import HTTPService
import System
import TestSupport
import Testing
import Wire

/// Answers that are not there when they are asked for.
struct LaterAnswerTests {
  @Test func `many wait for theirs and keep nobody else waiting`() throws {
    let sample = try Sample()
    // More than there are threads.
    let connections = try (0..<40).map { _ in try sample.connect() }
    for (number, connection) in connections.enumerated() {
      connection.send("GET /later/n\(number) HTTP/1.1\r\nHost: localhost\r\n\r\n")
    }
    let end = Instant.now() + .seconds(20)
    while sample.waiting.withLock(\.count) < 40, Instant.now() < end {
      sleep(until: .now() + .milliseconds(5))
    }
    #expect(try sample.curl("/report").status == 200)
    let waiting = sample.waiting.withLock { $0 }
    #expect(waiting.count == 40)
    for (name, later) in waiting {
      later.give { .text("this is for \(name)\n", status: 203) }
      later.give { .text("nobody gets a second one\n") }
    }
    for (number, connection) in connections.enumerated() {
      #expect(connection.reads("this is for n\(number)\n"))
    }
  }

  @Test func `what is there already is answered at once, and the connection goes on`() throws {
    let sample = try Sample()
    let address = sample.address
    let both = try Command(
      "curl",
      ["-s", "--max-time", "20", "\(address)/later/now", "\(address)/later/now"]
    )
    #expect(both.output == "now\nnow\n")
    let head = try sample.curl("/later/now", ["-I"])
    #expect(head.status == 200)
    #expect(head.body == "")
  }

  @Test func `who hangs up meanwhile does no harm, and a server that ends tells the others`() throws
  {
    let sample = try Sample()
    do {
      let gone = try sample.connect()
      gone.send("GET /later/gone HTTP/1.1\r\nHost: localhost\r\n\r\n")
      let stays = try sample.connect()
      stays.send("GET /later/stays HTTP/1.1\r\nHost: localhost\r\n\r\n")
      let end = Instant.now() + .seconds(20)
      while sample.waiting.withLock(\.count) < 2, Instant.now() < end {
        sleep(until: .now() + .milliseconds(5))
      }
    }
    // Both are gone by now.
    for (_, later) in sample.waiting.withLock({ $0 }) { later.give { .text("too late\n") } }
    #expect(try sample.curl("/report").status == 200)

    let endpoint = Endpoint(IPAddress(v4: 0x7f00_0001), 0)
    let waiting = Locked<[LaterAnswer]>([])
    let server = try HTTPServer(
      at: endpoint,
      access: HTTPAccess(at: endpoint, token: nil),
      routes: [
        HTTPRoute("/later") { _ in
          let later = LaterAnswer()
          waiting.withLock { $0.append(later) }
          return .later(later)
        }
      ]
    )
    let connection = try Connection(to: server.endpoint)
    connection.send("GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n")
    let end = Instant.now() + .seconds(20)
    while waiting.withLock(\.isEmpty), Instant.now() < end {
      sleep(until: .now() + .milliseconds(5))
    }
    server.stop()
    #expect(waiting.withLock(\.count) == 1)
  }
}
