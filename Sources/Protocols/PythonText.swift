public import Wire

/// Values as Python prints them: the log lines of the systems that we replace are Python's.
public enum PythonText {
  /// The `repr` of bytes: `b'Message number 0'`.
  public static func bytes(_ bytes: Span<UInt8>) -> String {
    var hasSingle = false
    var hasDouble = false
    for index in bytes.indices {
      if bytes[index] == UInt8(ascii: "'") { hasSingle = true }
      if bytes[index] == UInt8(ascii: "\"") { hasDouble = true }
    }
    let quote: Character = hasSingle && !hasDouble ? "\"" : "'"
    var text = "b\(quote)"
    for index in bytes.indices {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "\\"): text += "\\\\"
      case UInt8(ascii: "'") where quote == "'": text += "\\'"
      case 9: text += "\\t"
      case 10: text += "\\n"
      case 13: text += "\\r"
      case 32...126: text.append(Character(UnicodeScalar(byte)))
      default:
        let digits = String(byte, radix: 16)
        text += "\\x" + (digits.utf8.count == 1 ? "0" : "") + digits
      }
    }
    text.append(quote)
    return text
  }

  /// A socket address as the tuple that Python's `recvfrom` answers.
  public static func tuple(_ endpoint: Endpoint) -> String {
    endpoint.address.isV4
      ? "('\(endpoint.address)', \(endpoint.port))"
      : "('\(endpoint.address)', \(endpoint.port), 0, 0)"
  }
}
