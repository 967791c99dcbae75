/// What a client asks for, without what every service does in the same way.
public struct HTTPRequest: Sendable {
  /// GET for HEAD, too: the body is left out on the way.
  public var path: String
  /// What stood in the place of `{name}` in the route's pattern.
  public var parameters: [String: String] = [:]
  /// In the order of the request, decoded.
  public var query: [(name: String, value: String)] = []
  /// The tag of what the client has already.
  public var knownTag: String?
  /// The last event that a client saw before it lost its connection.
  public var lastEvent: UInt64?

  public init(path: String) {
    self.path = path
  }

  /// A query parameter; the first, where it is given twice.
  public subscript(_ name: String) -> String? {
    query.first { $0.name == name }?.value
  }

  /// What `body` answers under a tag, or that nothing has changed where the client has that already.
  public func answer(tag: String, _ body: () -> HTTPAnswer) -> HTTPAnswer {
    if knows(tag) { return HTTPAnswer(status: 304, type: nil, body: [], tag: tag) }
    var answer = body()
    if answer.status == 200 { answer.tag = tag }
    return answer
  }

  /// RFC 9110, 13.1.2: a list of tags, weak or not, or `*` for any.
  private func knows(_ tag: String) -> Bool {
    guard let knownTag else { return false }
    return knownTag.split(separator: ",").contains { word in
      var word = word.drop { $0 == " " || $0 == "\t" }
      while word.last == " " || word.last == "\t" { word.removeLast() }
      if word.hasPrefix("W/") { word.removeFirst(2) }
      return word == "*" || word == "\"\(tag)\""
    }
  }
}
