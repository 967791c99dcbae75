internal import JSONText

/// Why the API server refused something: the `Status` that it answers with.
public struct ServerStatus: Hashable, Sendable {
  /// As HTTP numbers it: 410 where a version is too old.
  public var code: Int
  /// One word, like `Expired`.
  public var reason: String
  /// A sentence for people.
  public var message: String

  public init(code: Int, reason: String = "", message: String = "") {
    self.code = code
    self.reason = reason
    self.message = message
  }

  /// Reads the body of an answer, which anything between us and the server may have written.
  public init?(reading bytes: [UInt8]) {
    var reader = JSONReader(bytes.span)
    guard let status = try? Self(&reader) else { return nil }
    self = status
  }

  init(_ reader: inout JSONReader) throws(JSONError) {
    self.init(code: 0)
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "code": code = Int(try reader.integer())
      case "reason": reason = try reader.stringIfAny() ?? ""
      case "message": message = try reader.stringIfAny() ?? ""
      default: break
      }
    }
  }

  /// What was asked for is older than what the server remembers: everything is to be listed anew.
  public var isGone: Bool { code == 410 || reason == "Expired" || reason == "Gone" }
}
