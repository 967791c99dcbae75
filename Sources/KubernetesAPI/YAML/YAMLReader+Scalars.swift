extension YAMLReader {
  /// The value that begins in the line at hand, inside a block that is indented by `parent`.
  mutating func value(inside parent: Int) throws(YAMLError) -> YAMLNode {
    let line = lines[index].number
    let text = lines[index].text
    try refuse(text)
    switch text.first {
    case UInt8(ascii: "|"), UInt8(ascii: ">"): return try blockScalar(inside: parent)
    case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "\""), UInt8(ascii: "'"):
      var cursor = YAMLCursor(self)
      let node = try cursor.node(0)
      let rest = trimmed(cursor.rest)
      guard rest.isEmpty || rest.first == UInt8(ascii: "#") else {
        throw YAMLError(lines[cursor.index].number, "more text behind the value")
      }
      index = cursor.index + 1
      return node
    default:
      return YAMLNode(line: line, content: plain(try foldedPlain(inside: parent)))
    }
  }

  /// A scalar without quotation marks, which may go on in lines that are indented further.
  private mutating func foldedPlain(inside parent: Int) throws(YAMLError) -> [UInt8] {
    var text = Array(trimmed(withoutComment(lines[index].text)))
    var hasComment = text.count != trimmed(lines[index].text).count
    index += 1
    while index < lines.count, !hasComment, lines[index].indent > parent {
      let line = lines[index].text
      guard let first = line.first, first != UInt8(ascii: "#") else { break }
      let part = trimmed(withoutComment(line))
      guard !hasColon(part) else {
        throw YAMLError(lines[index].number, "indented further than the lines that it belongs to")
      }
      hasComment = part.count != trimmed(line).count
      text.append(0x20)
      text += part
      index += 1
    }
    return text
  }

  private func hasColon(_ text: ArraySlice<UInt8>) -> Bool {
    text.indices.contains {
      text[$0] == UInt8(ascii: ":") && isBlankOrEnd(text[($0 + 1)...])
    }
  }

  private func withoutComment(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let mark = text.indices.dropFirst().first {
      text[$0] == UInt8(ascii: "#") && (text[$0 - 1] == 0x20 || text[$0 - 1] == 0x09)
    }
    return mark.map { text[..<$0] } ?? text
  }

  /// What `|` (lines kept) and `>` (lines joined) introduce.
  private mutating func blockScalar(inside parent: Int) throws(YAMLError) -> YAMLNode {
    let line = lines[index].number
    let head = trimmed(withoutComment(lines[index].text))
    let isFolded = head.first == UInt8(ascii: ">")
    var chomping = UInt8(ascii: " ")
    var indent: Int?
    for byte in head.dropFirst() {
      switch byte {
      case UInt8(ascii: "-"), UInt8(ascii: "+"): chomping = byte
      case UInt8(ascii: "1")...UInt8(ascii: "9"):
        indent = max(parent, 0) + Int(byte - UInt8(ascii: "0"))
      default: throw YAMLError(line, "'\(String(decoding: head, as: UTF8.self))' begins no text")
      }
    }
    index += 1
    var parts: [[UInt8]] = []
    while index < lines.count {
      let (text, depth) = (lines[index].text, lines[index].indent)
      if text.isEmpty {
        parts.append([])
      } else {
        guard depth >= indent ?? parent + 1 else { break }
        // The first line says how far all of them are indented.
        let base = indent ?? depth
        indent = base
        parts.append(Array(repeating: 0x20, count: depth - base) + text)
      }
      index += 1
    }
    let blankLines = parts.reversed().prefix(while: \.isEmpty).count
    parts.removeLast(blankLines)
    var text = Array(parts.joined(separator: [isFolded ? 0x20 : 0x0a]))
    if chomping != UInt8(ascii: "-"), !parts.isEmpty { text.append(0x0a) }
    if chomping == UInt8(ascii: "+") { text += Array(repeating: 0x0a, count: blankLines) }
    return YAMLNode(
      line: line,
      content: .scalar(String(decoding: text, as: UTF8.self), isPlain: false)
    )
  }
}

/// A scalar without quotation marks, or what stands for none.
func plain(_ text: [UInt8]) -> YAMLNode.Content {
  let text = String(decoding: text, as: UTF8.self)
  return ["", "~", "null", "Null", "NULL"].contains(text)
    ? .null : .scalar(text, isPlain: true)
}
