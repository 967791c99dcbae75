/// A value of a YAML text, with the line that it begins in.
///
/// Scalars stay as they were written: `token: 0123` is no number to whoever asks for text.
struct YAMLNode: Hashable, Sendable {
  indirect enum Content: Hashable, Sendable {
    case null
    case scalar(String, isPlain: Bool)
    case sequence([YAMLNode])
    case mapping([String: YAMLNode])
  }

  var line: Int
  var content: Content
}

extension YAMLNode {
  /// A member of a mapping; `nil` where it is absent or null.
  subscript(name: String) -> YAMLNode? {
    guard case .mapping(let members) = content, let member = members[name],
      member.content != .null
    else { return nil }
    return member
  }

  /// The text of a member, if there is one.
  func text(_ name: String) throws(YAMLError) -> String? {
    guard let member = self[name] else { return nil }
    guard case .scalar(let text, _) = member.content else {
      throw YAMLError(member.line, "\(name): expected a text")
    }
    return text
  }

  func flag(_ name: String) throws(YAMLError) -> Bool {
    guard let member = self[name] else { return false }
    switch member.content {
    case .scalar("true", isPlain: true): return true
    case .scalar("false", isPlain: true): return false
    default: throw YAMLError(member.line, "\(name): expected true or false")
    }
  }

  /// The elements of a member; none where it is absent.
  func elements(_ name: String) throws(YAMLError) -> [YAMLNode] {
    guard let member = self[name] else { return [] }
    guard case .sequence(let elements) = member.content else {
      throw YAMLError(member.line, "\(name): expected a list")
    }
    return elements
  }
}

/// Why a text could not be read as YAML, and in which line.
struct YAMLError: Error, Hashable, Sendable {
  var line: Int
  var reason: String

  init(_ line: Int, _ reason: String) {
    self.line = line
    self.reason = reason
  }
}
