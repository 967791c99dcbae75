internal import Affinity
internal import HTTPService
internal import Wire

/// What lists are asked for: a part of what holds, and where to go on.
struct ListQuery {
  static let most = 1_000

  private static let classes = Set(Catalogue.modes.map(\.modeClass.rawValue)).sorted()

  let limit: Int
  let service: String?
  let node: String?
  let mode: String?
  let modeClass: String?
  let since: Timestamp?
  /// A client with its port, or an address with all of its ports.
  let client: String?
  private let request: HTTPRequest

  init(_ request: HTTPRequest) throws(APIProblem) {
    self.request = request
    service = request["service"]
    node = request["node"]
    mode = try Self.choice("mode", Catalogue.inOrder.map(\.id), in: request)
    modeClass = try Self.choice("class", Self.classes, in: request)
    client = try request["client"].map { text throws(APIProblem) in
      if let endpoint = Endpoint(text) { return endpoint.description }
      guard let address = IPAddress(text) else {
        throw APIProblem(
          400,
          "client is neither an address nor one with a port",
          "such as client=203.0.113.1 or client=203.0.113.1:40000 or client=[2001:db8::1]:40000"
        )
      }
      return address.description
    }
    since = try Self.time("since", in: request)
    limit = try Self.limit(in: request)
  }

  /// One of the words that findings have there.
  private static func choice(
    _ name: String,
    _ words: [String],
    in request: HTTPRequest
  ) throws(APIProblem) -> String? {
    guard let word = request[name] else { return nil }
    guard words.contains(word) else {
      let list = words.joined(separator: ", ")
      throw APIProblem(400, "no finding has such a \(name)", "\(name) is one of \(list)")
    }
    return word
  }

  static func limit(in request: HTTPRequest) throws(APIProblem) -> Int {
    guard let text = request["limit"] else { return 100 }
    guard let limit = Int(text), (1...most).contains(limit) else {
      throw APIProblem(400, "limit is no number from 1 to \(most)", "leave it out for 100")
    }
    return limit
  }

  static func time(_ name: String, in request: HTTPRequest) throws(APIProblem) -> Timestamp? {
    guard let text = request[name] else { return nil }
    guard let time = Timestamp(text) else {
      throw APIProblem(400, "\(name) is no time", "such as \(name)=2026-01-31T12:00:00Z, in UTC")
    }
    return time
  }

  func flag(_ name: String) throws(APIProblem) -> Bool? {
    switch request[name] {
    case nil: return nil
    case "true": return true
    case "false": return false
    default: throw APIProblem(400, "\(name) is neither true nor false", "leave it out for both")
    }
  }

  func isClient(_ endpoint: Endpoint) -> Bool {
    client == nil || client == endpoint.description || client == endpoint.address.description
  }

  /// A finding's client is one with a port, or all of an address.
  func isClient(_ text: String?) -> Bool {
    guard let client else { return true }
    guard let text else { return false }
    return text == client || Endpoint(text)?.address.description == client
  }

  var incident: String? { request["incident"] }
  var pod: String? { request["pod"] }

  // MARK: Where to go on

  /// The session behind which the page begins.
  func lastSession() throws(APIProblem) -> (client: Endpoint, front: Endpoint)? {
    guard let cursor = request["cursor"] else { return nil }
    let words = cursor.split(separator: "~", omittingEmptySubsequences: false)
    guard words.count == 2, let client = Endpoint(String(words[0])),
      let front = Endpoint(String(words[1]))
    else { throw Self.badCursor }
    return (client, front)
  }

  /// What came last, and when; it may have gone meanwhile.
  func lastItem() throws(APIProblem) -> (at: Timestamp, id: String)? {
    guard let cursor = request["cursor"] else { return nil }
    let words = cursor.split(separator: "~", maxSplits: 1, omittingEmptySubsequences: false)
    guard words.count == 2, let at = Int64(words[0]) else { throw Self.badCursor }
    return (Timestamp(nanoseconds: at), String(words[1]))
  }

  static var badCursor: APIProblem {
    APIProblem(
      400,
      "cursor is none of ours",
      "take it from next of the page before, or leave it out"
    )
  }
}
