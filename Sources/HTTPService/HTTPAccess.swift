public import Wire

/// Who may read what is served: whoever has the token, or whoever is on this machine.
public struct HTTPAccess: Sendable {
  private let token: [UInt8]?
  /// Without a token a name in `Host` could be anybody's, whose page in a local browser reads what only this machine may
  /// (DNS rebinding): an address or `localhost` is then asked for.
  private let wantsPlainHost: Bool

  /// Refuses to serve everyone unless that is what was asked for.
  public init(at endpoint: Endpoint, token: String?, isOpen: Bool = false) throws(HTTPFailure) {
    if let token {
      guard !token.isEmpty, token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
        throw HTTPFailure(
          "the HTTP token must be printable ASCII without blanks; make one by: openssl rand -hex 32"
        )
      }
    } else if !isOpen, !endpoint.address.isLoopback {
      throw HTTPFailure(
        "HTTP at \(endpoint) would be open to everyone who reaches it; give it a token with "
          + "--http-token-file, or say --http-open if it is meant to be"
      )
    }
    self.token = token.map { Array($0.utf8) }
    wantsPlainHost = token == nil && !isOpen
  }

  /// What is wrong with a request's credentials or host, or nil.
  func problem(authorization: String?, host: String?) -> HTTPAnswer? {
    if wantsPlainHost, let host, !Self.isPlain(host) {
      return .problem(
        403,
        "this server has no token, so it answers only to localhost and to addresses",
        "ask for http://localhost or the address in place of a name, or start it with --http-token-file"
      )
    }
    guard let token else { return nil }
    if let authorization, let given = Self.secret(in: authorization),
      Self.isEqual(given, token)
    {
      return nil
    }
    var answer = HTTPAnswer.problem(
      401,
      authorization == nil ? "a token is needed" : "the token is wrong",
      "send Authorization: Bearer TOKEN; in a browser, any name and the token as the password"
    )
    // The second is for browsers, which ask for a password and send it with event streams, too.
    answer.headers = [
      ("WWW-Authenticate", "Bearer realm=\"stickler\""),
      ("WWW-Authenticate", "Basic realm=\"stickler\", charset=\"UTF-8\""),
    ]
    return answer
  }

  private static func isPlain(_ host: String) -> Bool {
    if Endpoint(host) != nil || IPAddress(host) != nil { return true }
    if host.first == "[", host.last == "]" { return IPAddress(host.dropFirst().dropLast()) != nil }
    let name = host.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)[0]
    return name == "localhost"
  }

  /// The token of `Bearer TOKEN`, or the password of `Basic BASE64`.
  private static func secret(in authorization: String) -> [UInt8]? {
    let words = authorization.split(separator: " ", maxSplits: 1)
    guard words.count == 2 else { return nil }
    switch words[0].lowercased() {
    case "bearer": return Array(words[1].utf8)
    case "basic":
      guard let pair = bytes(ofBase64: words[1]), let colon = pair.firstIndex(of: UInt8(ascii: ":"))
      else { return nil }
      return Array(pair[(colon + 1)...])
    default: return nil
    }
  }

  private static func bytes(ofBase64 text: Substring) -> [UInt8]? {
    var bytes: [UInt8] = []
    var (bits, count) = (UInt32(0), 0)
    for character in text.utf8 {
      let value: UInt8
      switch character {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = character - UInt8(ascii: "A")
      case UInt8(ascii: "a")...UInt8(ascii: "z"): value = character - UInt8(ascii: "a") + 26
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = character - UInt8(ascii: "0") + 52
      case UInt8(ascii: "+"): value = 62
      case UInt8(ascii: "/"): value = 63
      case UInt8(ascii: "="): continue
      default: return nil
      }
      bits = bits << 6 | UInt32(value)
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    return bytes
  }

  /// Takes as long wherever the first difference is.
  static func isEqual(_ given: [UInt8], _ token: [UInt8]) -> Bool {
    guard !given.isEmpty else { return false }
    var difference = given.count ^ token.count
    for index in token.indices { difference |= Int(given[index % given.count] ^ token[index]) }
    return difference == 0
  }
}
