/// One path, or all the paths of a pattern, and what answers them.
public struct HTTPRoute: Sendable {
  /// `/api/v1/findings/{id}`: a segment in braces stands for any one segment.
  public let pattern: String
  /// Whether it says so little that nobody needs a token for it: probes have none.
  public let needsToken: Bool
  /// The names of the query's parameters; any other is told to be unknown.
  public let query: [String]
  let segments: [Substring]
  let answer: @Sendable (HTTPRequest) -> HTTPAnswer

  public init(
    _ pattern: String,
    query: [String] = [],
    needsToken: Bool = true,
    _ answer: @escaping @Sendable (HTTPRequest) -> HTTPAnswer
  ) {
    self.pattern = pattern
    self.query = query
    self.needsToken = needsToken
    self.answer = answer
    segments = pattern.split(separator: "/", omittingEmptySubsequences: false)
  }

  /// What the names in the pattern stand for, or nil where the path is another.
  func match(_ path: [Substring]) -> [String: String]? {
    guard path.count == segments.count else { return nil }
    var parameters: [String: String] = [:]
    for (segment, word) in zip(segments, path) {
      if segment.first == "{", segment.last == "}" {
        guard !word.isEmpty else { return nil }
        parameters[String(segment.dropFirst().dropLast())] = String(word)
      } else if segment != word {
        return nil
      }
    }
    return parameters
  }
}

extension [HTTPRoute] {
  /// The first route that a path matches, and the names in its pattern.
  func route(for path: String) -> (route: HTTPRoute, parameters: [String: String])? {
    let words = path.split(separator: "/", omittingEmptySubsequences: false)
    for route in self {
      if let parameters = route.match(words) { return (route, parameters) }
    }
    return nil
  }
}
