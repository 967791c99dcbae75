internal import JSONText

/// What a request is answered with.
public struct HTTPAnswer: Sendable {
  enum Content: Sendable {
    case body(HTTPBody)
    case events(EventStream, after: UInt64?)
    case later(LaterAnswer)
  }

  public var status: Int
  /// The media type; nil where there is nothing.
  public var type: String?
  /// What names this content and no other, for clients that ask again.
  public var tag: String?
  public var headers: [(name: String, value: String)] = []
  var content: Content

  public init(status: Int = 200, type: String?, body: [UInt8], tag: String? = nil) {
    self.init(status: status, type: type, body: HTTPBody(body), tag: tag)
  }

  public init(status: Int = 200, type: String?, body: HTTPBody, tag: String? = nil) {
    self.status = status
    self.type = type
    self.tag = tag
    content = .body(body)
  }

  public static func json(_ bytes: [UInt8]) -> Self { Self(type: "application/json", body: bytes) }

  public static func json(_ body: HTTPBody) -> Self { Self(type: "application/json", body: body) }

  public static func text(_ text: String, status: Int = 200) -> Self {
    Self(status: status, type: "text/plain; charset=utf-8", body: Array(text.utf8))
  }

  public static func page(_ body: HTTPBody) -> Self {
    Self(type: "text/html; charset=utf-8", body: body)
  }

  /// What happens from now on, and what happened since the last event that the client saw.
  public static func events(_ stream: EventStream, for request: HTTPRequest) -> Self {
    var answer = Self(type: "text/event-stream", body: [])
    answer.content = .events(stream, after: request.lastEvent)
    return answer
  }

  /// What will be given: the connection waits for it.
  public static func later(_ later: LaterAnswer) -> Self {
    var answer = Self(type: nil, body: [])
    answer.content = .later(later)
    return answer
  }

  /// What was wrong, and what to do about it, as one JSON object.
  public static func problem(_ status: Int, _ error: String, _ advice: String) -> Self {
    var json = JSONWriter(.compact)
    json.object { json in
      json.member("error", error)
      json.member("what_to_do", advice)
    }
    json.newline()
    return Self(status: status, type: "application/json", body: json.bytes)
  }
}
