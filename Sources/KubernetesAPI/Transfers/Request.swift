internal import Wire

/// What is asked of the API server, and how long the answer may take.
struct Request {
  var path: String
  var query: [(name: String, value: String)]
  /// The whole answer must be there by then; a list may take as long as it keeps coming.
  var timeout: Interval?
  /// More than this in one answer is no list of objects.
  var limit: Int

  /// As the first line of an HTTP request has it.
  var target: String {
    query.isEmpty
      ? path : path + "?" + query.map { "\($0.name)=\(escaped($0.value))" }.joined(separator: "&")
  }

  private func escaped(_ text: String) -> String {
    var escaped = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        escaped.unicodeScalars.append(UnicodeScalar(byte))
      default:
        escaped += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
    return escaped
  }
}
