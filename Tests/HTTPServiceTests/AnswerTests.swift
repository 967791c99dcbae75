import HTTPService
import JSONText
import Testing
import Wire

/// What a client gets for what it asks.
struct AnswerTests {
  @Test(arguments: [
    ("/healthz", 200, "ok\n"),
    ("/things/a/parts/b", 200, "a b -\n"),
    ("/things/a%20b/parts/%C3%A9?limit=2%2B2", 200, "a b é 2+2\n"),
    ("/report", 200, "{\"n\":7}"),
  ])
  func `a path is answered by its route`(path: String, status: Int, body: String) throws {
    let reply = try Sample().curl(path)
    #expect(reply.status == status)
    #expect(reply.body == body)
  }

  @Test(arguments: [
    (["/nothing"], 404, "there is nothing at this path"),
    (["/things//parts/b"], 404, "there is nothing at this path"),
    (["/report?limti=2"], 400, "/report knows no parameter 'limti'"),
    (["/report", "-X", "POST", "-d", "x=1"], 405, "this service can only be read"),
    (["/report", "-X", "DELETE"], 405, "this service can only be read"),
    (["/report", "-H", "Content-Length: 70000"], 413, "the request's body is too long"),
    (["/report", "-H", "Host: evil.example"], 403, "only to localhost and to addresses"),
  ])
  func `what cannot be answered is told as one JSON object`(
    words: [String],
    status: Int,
    error: String
  ) throws {
    let reply = try Sample(token: nil).curl(words[0], Array(words.dropFirst()))
    #expect(reply.status == status)
    #expect(reply.values("Content-Type") == ["application/json"])
    let problem = try JSONValue(reply.body)
    #expect(problem["error"]?.string?.contains(error) == true, "\(reply.body)")
    #expect(problem["what_to_do"]?.string?.isEmpty == false)
  }

  @Test func `nothing of what is asked for is rendered`() throws {
    let reply = try Sample().curl("/report?%3Cscript%3E%22%0a=1")
    #expect(reply.status == 400)
    #expect(reply.values("X-Content-Type-Options") == ["nosniff"])
    #expect(reply.values("Content-Type") == ["application/json"])
    #expect(try JSONValue(reply.body)["error"]?.string?.contains("<script>\"\n") == true)
  }

  @Test func `a page runs only what it brings itself`() throws {
    let sample = try Sample()
    let policy = try sample.curl("/page").values("Content-Security-Policy")
    #expect(policy.count == 1)
    #expect(policy.first?.contains("default-src 'none'") == true)
    #expect(policy.first?.contains("frame-ancestors 'none'") == true)
    #expect(try sample.curl("/page").values("Content-Type") == ["text/html; charset=utf-8"])
    let data = try sample.curl("/report").values("Content-Security-Policy")
    #expect(data == ["default-src 'none'; frame-ancestors 'none'"])
  }

  @Test(arguments: [
    ("\"seven\"", 304), ("W/\"seven\"", 304), ("\"six\", \"seven\"", 304), ("*", 304),
    ("\"six\"", 200), ("seven", 200),
  ])
  func `what a client has already is not sent again`(known: String, status: Int) throws {
    let sample = try Sample()
    let reply = try sample.curl("/report", ["-H", "If-None-Match: \(known)"])
    #expect(reply.status == status)
    #expect(reply.values("ETag") == ["\"seven\""])
    #expect(reply.body == (status == 200 ? "{\"n\":7}" : ""))
  }

  @Test func `HEAD is GET without the body`() throws {
    let reply = try Sample().curl("/report", ["-I"])
    #expect(reply.status == 200)
    #expect(reply.values("Content-Length") == ["7"])
    #expect(reply.body.isEmpty)
  }

  @Test func `a connection is used again`() throws {
    let sample = try Sample()
    let connection = try sample.connect()
    for _ in 0..<3 {
      connection.forget()
      connection.send("GET /report HTTP/1.1\r\nHost: localhost\r\n\r\n")
      #expect(connection.reads("{\"n\":7}"))
    }
    // A body that nobody wants is read past.
    connection.forget()
    connection.send("GET /report HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc")
    #expect(connection.reads("{\"n\":7}"))
    #expect(!connection.hasEnded)
    #expect(sample.server.tally.connections == 1)
    #expect(sample.server.tally.answers == [200: 4])
  }
}
