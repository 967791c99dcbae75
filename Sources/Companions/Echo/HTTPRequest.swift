/// As much of an HTTP/1.1 request as three pages need: its method and path.
public struct HTTPRequest: Hashable, Sendable {
  public var method: String
  public var path: String

  /// A head that is longer is refused.
  public static let maximumLength = 8_192

  /// What the bytes that came so far are.
  public enum Reading: Hashable, Sendable {
    case incomplete
    case malformed
    case request(HTTPRequest)
  }

  public static func read(_ bytes: [UInt8]) -> Reading {
    guard let end = endOfHead(bytes) else {
      return bytes.count > maximumLength ? .malformed : .incomplete
    }
    let head = bytes[..<end]
    let line = head.prefix { $0 != 13 && $0 != 10 }
    let parts = line.split(separator: 32, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[2].starts(with: Array("HTTP/1.".utf8)), parts[1].first == 47,
      line.allSatisfy({ (32..<127).contains($0) })
    else { return .malformed }
    let path = parts[1].prefix { $0 != UInt8(ascii: "?") }
    return .request(
      HTTPRequest(
        method: String(decoding: parts[0], as: UTF8.self),
        path: String(decoding: path, as: UTF8.self)
      )
    )
  }

  private static func endOfHead(_ bytes: [UInt8]) -> Int? {
    var lineLength = 0
    for (index, byte) in bytes.enumerated().prefix(maximumLength) {
      if byte == 10 {
        if lineLength == 0, index > 0 { return index }
        lineLength = 0
      } else if byte != 13 {
        lineLength += 1
      }
    }
    return nil
  }

  /// A whole response; the connection ends with it.
  public static func response(
    _ status: String,
    type: String = "text/plain; charset=utf-8",
    _ body: String,
    hasBody: Bool = true
  ) -> [UInt8] {
    let head = """
      HTTP/1.1 \(status)\r
      Content-Type: \(type)\r
      Content-Length: \(body.utf8.count)\r
      Connection: close\r
      \r

      """
    return Array(head.utf8) + (hasBody ? Array(body.utf8) : [])
  }
}
