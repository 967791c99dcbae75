import HTTPService
import System
import TestSupport
import Wire

/// A server with one route of each kind, on a port that the kernel chooses.
final class Sample {
  static let token = "0123456789abcdef"

  let server: HTTPServer
  let events: EventStream
  /// Those who wait for an answer, by the name in their path.
  let waiting: Locked<[(name: String, later: LaterAnswer)]>

  init(token: String? = nil, _ limits: HTTPLimits = HTTPLimits()) throws {
    let events = EventStream(limits)
    self.events = events
    let waiting = Locked<[(name: String, later: LaterAnswer)]>([])
    self.waiting = waiting
    let endpoint = Endpoint(IPAddress(v4: 0x7f00_0001), 0)
    let large = HTTPBody(Array(repeating: UInt8(ascii: "x"), count: 32 << 20))
    server = try HTTPServer(
      at: endpoint,
      access: HTTPAccess(at: endpoint, token: token),
      routes: [
        HTTPRoute("/healthz", needsToken: false) { _ in .text("ok\n") },
        HTTPRoute("/things/{id}/parts/{part}", query: ["limit"]) { request in
          let (id, part) = (request.parameters["id"] ?? "", request.parameters["part"] ?? "")
          return .text("\(id) \(part) \(request["limit"] ?? "-")\n")
        },
        HTTPRoute("/report") { request in
          request.answer(tag: "seven") { .json(Array("{\"n\":7}".utf8)) }
        },
        HTTPRoute("/large") { _ in .json(large) },
        HTTPRoute("/page") { _ in .page(HTTPBody(Array("<p>page".utf8))) },
        HTTPRoute("/events") { .events(events, for: $0) },
        HTTPRoute("/later/{name}") { request in
          let name = request.parameters["name"] ?? ""
          let later = LaterAnswer()
          // Some are there before their connections sleep.
          if name == "now" { later.give { .text("now\n") } }
          waiting.withLock { $0.append((name, later)) }
          return .later(later)
        },
      ],
      streams: [events],
      limits: limits
    )
  }

  var address: String { "http://\(server.endpoint)" }

  func connect() throws -> Connection { try Connection(to: server.endpoint) }

  /// The status, the headers and the body that curl gets.
  func curl(_ path: String, _ options: [String] = []) throws -> Reply {
    let words = ["-s", "-i", "--max-time", "20", "--path-as-is"] + options + ["\(address)\(path)"]
    return Reply(try Command("curl", words).output)
  }

  deinit { server.stop() }
}

/// An answer as text.
struct Reply {
  let status: Int
  let head: [String]
  let body: String

  init(_ text: String) {
    let end = text.firstRange(of: "\r\n\r\n")
    head = text[..<(end?.lowerBound ?? text.endIndex)].split(separator: "\r\n").map(String.init)
    body = String(text[(end?.upperBound ?? text.endIndex)...])
    status = head.first.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? 0
  }

  func values(_ name: String) -> [String] {
    head.filter { $0.lowercased().hasPrefix("\(name.lowercased()):") }
      .map { String($0.dropFirst(name.count + 1).drop { $0 == " " }) }
  }
}
