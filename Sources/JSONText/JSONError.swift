/// Why a text could not be read as JSON, and at which byte.
///
/// It holds an offset only, so that reading pays nothing for the line, the column and the path: `JSONLocation` works
/// them out from the same bytes once something has failed.
public struct JSONError: Error, Hashable, Sendable {
  public enum Reason: Hashable, Sendable {
    case endsEarly
    case unexpected(UInt8)
    case expected(JSONKind, found: JSONKind)
    case controlCharacter
    case badEscape
    /// Half of a surrogate pair: such a string is no Unicode text (RFC 7493, 2.1).
    case loneSurrogate
    case notUTF8
    case badNumber
    case notAnInteger
    case outOfRange
    case tooDeep
    case moreAfterEnd
    /// The object that begins here lacks a member that its reader needs.
    case missing(String)
    /// The value has the right kind and not the right form: what was expected, with its article.
    case unsuitable(expected: String)
  }

  public var reason: Reason
  /// Bytes from the start of the text.
  public var offset: Int

  public init(_ reason: Reason, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }
}

/// What a JSON value is, told by its first byte.
public enum JSONKind: String, Hashable, Sendable {
  case object, array, string, number, bool, null

  /// With its article, for a sentence.
  public var phrase: String {
    switch self {
    case .object: "an object"
    case .array: "an array"
    case .string: "a string"
    case .number: "a number"
    case .bool: "true or false"
    case .null: "null"
    }
  }
}

extension JSONError.Reason: CustomStringConvertible {
  public var description: String {
    switch self {
    case .endsEarly: "the text ends early"
    case .unexpected(let byte): "unexpected \(quoted(byte))"
    case .expected(let kind, let found): "expected \(kind.phrase), found \(found.phrase)"
    case .controlCharacter: "a control character inside a string"
    case .badEscape: "an escape that JSON does not have"
    case .loneSurrogate: "half of a surrogate pair"
    case .notUTF8: "bytes that are not UTF-8"
    case .badNumber: "a number that JSON does not allow"
    case .notAnInteger: "expected a whole number"
    case .outOfRange: "a number out of range"
    case .tooDeep: "nested deeper than \(JSONReader.deepest) levels"
    case .moreAfterEnd: "more text after the end of the value"
    case .missing: "missing, and needed"
    case .unsuitable(let expected): "expected \(expected)"
    }
  }

  private func quoted(_ byte: UInt8) -> String {
    if (0x21...0x7e).contains(byte) { return "'\(Character(UnicodeScalar(byte)))'" }
    let digits = String(byte, radix: 16)
    return "byte 0x" + (digits.utf8.count == 1 ? "0" : "") + digits
  }
}
