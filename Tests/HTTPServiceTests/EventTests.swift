import HTTPService
import System
import Testing
import Wire

/// What happens, as it happens.
struct EventTests {
  private let question = "GET /events HTTP/1.1\r\nHost: localhost\r\n"

  @Test func `listeners are told what happens, each of them all of it`() throws {
    let sample = try Sample()
    let (one, other) = (try sample.connect(), try sample.connect())
    one.send(question + "\r\n")
    other.send(question + "\r\n")
    #expect(one.reads("retry: 2000\n\n"))
    #expect(other.reads("retry: 2000\n\n"))
    #expect(one.received.contains("Content-Type: text/event-stream"))
    sample.events.publish("move", Array("{\"n\":1}\n".utf8))
    sample.events.publish("verdict", Array("{\"n\":2}".utf8))
    let told = "id: 2\nevent: verdict\ndata: {\"n\":2}\n\n"
    #expect(one.reads(told))
    #expect(other.reads(told))
    #expect(one.received.contains("id: 1\nevent: move\ndata: {\"n\":1}\n\n"))
    #expect(sample.server.tally.listeners == 2)
  }

  @Test func `who comes back is told what was missed`() throws {
    let sample = try Sample()
    for number in 1...3 { sample.events.publish("move", Array("{\"n\":\(number)}".utf8)) }
    let connection = try sample.connect()
    connection.send(question + "Last-Event-ID: 1\r\n\r\n")
    #expect(connection.reads("data: {\"n\":3}\n\n"))
    #expect(connection.received.contains("data: {\"n\":2}\n\n"))
    #expect(!connection.received.contains("data: {\"n\":1}\n\n"))
    #expect(!connection.received.contains("event: gap"))
  }

  @Test(arguments: [1, 5_000])
  func `who was away for too long is told to fetch the report`(last: Int) throws {
    let sample = try Sample()
    for number in 1...300 { sample.events.publish("move", Array("{\"n\":\(number)}".utf8)) }
    let connection = try sample.connect()
    connection.send(question + "Last-Event-ID: \(last)\r\n\r\n")
    #expect(connection.reads("event: gap\n"))
  }

  @Test func `a listener that does not keep up is let go, and counted`() throws {
    var limits = HTTPLimits()
    limits.backlog = 65_536
    let sample = try Sample(token: nil, limits)
    let (slow, quick) = (try sample.connect(), try sample.connect())
    slow.send(question + "\r\n")
    quick.send(question + "\r\n")
    #expect(slow.reads("retry: 2000\n\n"))
    #expect(quick.reads("retry: 2000\n\n"))
    let event = Array(repeating: UInt8(ascii: "z"), count: 16_384)
    // The kernel's buffers take some megabytes before anything waits.
    for number in 0..<4_000 where sample.server.tally.slowListeners == 0 {
      sample.events.publish("noise", event)
      quick.forget()
      #expect(quick.reads("id: \(number + 1)\n"))
    }
    #expect(sample.server.tally.slowListeners == 1)
    sample.events.publish("last", [])
    #expect(quick.reads("event: last"))
    #expect(slow.ends())
    #expect(!slow.received.contains("event: last"))
  }

  @Test func `only so many may listen`() throws {
    var limits = HTTPLimits()
    limits.listeners = 1
    let sample = try Sample(token: nil, limits)
    let first = try sample.connect()
    first.send(question + "\r\n")
    #expect(first.reads("retry: 2000\n\n"))
    let reply = try sample.curl("/events")
    #expect(reply.status == 503)
    #expect(reply.body.contains("too many clients listen already"))
  }

  @Test func `a listener that goes is forgotten, and makes room`() throws {
    var limits = HTTPLimits()
    limits.listeners = 1
    let sample = try Sample(token: nil, limits)
    do {
      let first = try sample.connect()
      first.send(question + "\r\n")
      #expect(first.reads("retry: 2000\n\n"))
    }
    let end = Instant.now() + .seconds(20)
    while sample.server.tally.listeners > 0, Instant.now() < end {
      // Only what is sent shows that nobody is there.
      sample.events.publish("move", [])
      sleep(until: .now() + .milliseconds(50))
    }
    #expect(sample.server.tally.listeners == 0)
    #expect(sample.server.tally.slowListeners == 0)
  }

  @Test func `a server stops with listeners and with answers under way`() throws {
    let (listener, fetcher): (Connection, Connection)
    do {
      let sample = try Sample()
      (listener, fetcher) = (try sample.connect(), try sample.connect())
      listener.send(question + "\r\n")
      fetcher.send("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
      #expect(listener.reads("retry: 2000\n\n"))
      #expect(fetcher.reads("xxx"))
    }
    #expect(listener.ends())
    #expect(fetcher.ends())
  }
}
