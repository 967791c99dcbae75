import HTTPService
import Testing
import Wire

/// Who may read.
struct AccessTests {
  @Test(arguments: [
    ([], 401),
    (["-H", "Authorization: Bearer 0123456789abcdef"], 200),
    (["-H", "authorization: bearer 0123456789abcdef"], 200),
    (["-H", "Authorization: Bearer 0123456789abcdeX"], 401),
    (["-H", "Authorization: Bearer 0123456789abcde"], 401),
    (["-H", "Authorization: Bearer 0123456789abcdef0123456789abcdef"], 401),
    (["-H", "Authorization: Bearer "], 401),
    (["-H", "Authorization: 0123456789abcdef"], 401),
    (["-u", "anyone:0123456789abcdef"], 200),
    (["-u", "0123456789abcdef:"], 401),
    (["-H", "Authorization: Basic !!!"], 401),
    // With a token a name in Host is as good as any.
    (["-H", "Authorization: Bearer 0123456789abcdef", "-H", "Host: stickler.example"], 200),
  ])
  func `only who has the token may read`(options: [String], status: Int) throws {
    let sample = try Sample(token: Sample.token)
    let reply = try sample.curl("/report", options)
    #expect(reply.status == status)
    if status == 401 {
      #expect(
        reply.values("WWW-Authenticate")
          == ["Bearer realm=\"stickler\"", "Basic realm=\"stickler\", charset=\"UTF-8\""]
      )
      #expect(!reply.body.contains("7"))
    }
  }

  @Test func `probes need no token, and a path that is not there does`() throws {
    let sample = try Sample(token: Sample.token)
    #expect(try sample.curl("/healthz").status == 200)
    #expect(try sample.curl("/nothing").status == 401)
  }

  @Test(
    arguments: [
      ("127.0.0.1:80", nil, false, nil),
      ("[::1]:80", nil, false, nil),
      ("192.0.2.1:80", "abc", false, nil),
      ("192.0.2.1:80", nil, true, nil),
      ("192.0.2.1:80", nil, false, "--http-token-file"),
      ("[::]:80", nil, false, "--http-open"),
      ("127.0.0.1:80", "", false, "openssl rand"),
      ("127.0.0.1:80", "a b", false, "openssl rand"),
    ] as [(String, String?, Bool, String?)]
  )
  func `what others reach needs a token, or the word that everyone may read`(
    place: String,
    token: String?,
    isOpen: Bool,
    problem: String?
  ) throws {
    let endpoint = try #require(Endpoint(place))
    var failure: String?
    do throws(HTTPFailure) {
      _ = try HTTPAccess(at: endpoint, token: token, isOpen: isOpen)
    } catch {
      failure = error.description
    }
    if let problem {
      #expect(failure?.contains(problem) == true)
    } else {
      #expect(failure == nil)
    }
  }

  @Test(arguments: [
    ("localhost", 200), ("localhost:8080", 200), ("127.0.0.1:9", 200), ("[::1]:9", 200),
    ("[::1]", 200), ("10.0.0.1", 200), ("localhost.evil.example", 403), ("evil.example:80", 403),
  ])
  func `without a token only plain hosts are answered`(host: String, status: Int) throws {
    #expect(try Sample().curl("/report", ["-H", "Host: \(host)"]).status == status)
  }

  @Test func `a port that is taken is told in one line`() throws {
    let sample = try Sample()
    let endpoint = sample.server.endpoint
    #expect(
      throws: HTTPFailure(
        "listen on TCP \(endpoint): Address already in use; something else listens there: choose another port"
      )
    ) {
      try HTTPServer(at: endpoint, access: HTTPAccess(at: endpoint, token: nil), routes: [])
    }
  }
}
