/// Reads flow style, `{a: [1, "b"]}`, and quoted scalars: there lines mean nothing.
struct YAMLCursor {
  private let lines: [YAMLReader.Line]
  /// The line at hand, and the byte in it that is read next.
  private(set) var index: Int
  private var place: Int

  init(_ reader: YAMLReader) {
    lines = reader.lines
    index = reader.index
    place = lines[index].text.startIndex
  }

  /// What is left of the line at hand.
  var rest: ArraySlice<UInt8> { lines[index].text[place...] }

  private var next: UInt8? { rest.first }

  private func error(_ reason: String) -> YAMLError { YAMLError(lines[index].number, reason) }

  /// Moves past blanks, comments and the ends of lines.
  private mutating func skipBlanks() throws(YAMLError) {
    while true {
      switch next {
      case 0x20, 0x09: place += 1
      case nil, UInt8(ascii: "#"):
        guard index + 1 < lines.count else { throw error("the text ends inside a value") }
        index += 1
        place = lines[index].text.startIndex
      default: return
      }
    }
  }

  mutating func node(_ depth: Int) throws(YAMLError) -> YAMLNode {
    try skipBlanks()
    guard depth < YAMLReader.deepest else {
      throw error("nested deeper than \(YAMLReader.deepest) levels")
    }
    let line = lines[index].number
    switch next {
    case UInt8(ascii: "{"): return YAMLNode(line: line, content: try mapping(depth))
    case UInt8(ascii: "["): return YAMLNode(line: line, content: try sequence(depth))
    case UInt8(ascii: "\""), UInt8(ascii: "'"):
      return YAMLNode(line: line, content: .scalar(try quoted(), isPlain: false))
    default: return YAMLNode(line: line, content: KubernetesAPI.plain(try plain()))
    }
  }

  private mutating func mapping(_ depth: Int) throws(YAMLError) -> YAMLNode.Content {
    var members: [String: YAMLNode] = [:]
    place += 1
    while true {
      try skipBlanks()
      if next == UInt8(ascii: "}") { break }
      let isQuoted = next == UInt8(ascii: "\"") || next == UInt8(ascii: "'")
      let name = isQuoted ? try quoted() : String(decoding: try plain(), as: UTF8.self)
      try skipBlanks()
      var value = YAMLNode(line: lines[index].number, content: .null)
      if next == UInt8(ascii: ":") {
        place += 1
        try skipBlanks()
        if next != UInt8(ascii: ","), next != UInt8(ascii: "}") { value = try node(depth + 1) }
      } else if isQuoted || name.isEmpty {
        throw error("expected a colon")
      }
      guard members.updateValue(value, forKey: name) == nil else {
        throw error("\(name): told twice")
      }
      guard try hasMore(before: UInt8(ascii: "}")) else { break }
    }
    place += 1
    return .mapping(members)
  }

  private mutating func sequence(_ depth: Int) throws(YAMLError) -> YAMLNode.Content {
    var elements: [YAMLNode] = []
    place += 1
    while true {
      try skipBlanks()
      if next == UInt8(ascii: "]") { break }
      elements.append(try node(depth + 1))
      guard try hasMore(before: UInt8(ascii: "]")) else { break }
    }
    place += 1
    return .sequence(elements)
  }

  private mutating func hasMore(before end: UInt8) throws(YAMLError) -> Bool {
    try skipBlanks()
    if next == end { return false }
    guard next == UInt8(ascii: ",") else {
      throw error("expected ',' or '\(Character(UnicodeScalar(end)))'")
    }
    place += 1
    return true
  }

  /// A scalar without quotation marks inside brackets: it ends with its line, or at a sign that means something here.
  private mutating func plain() throws(YAMLError) -> [UInt8] {
    let text = rest
    if let first = text.first, "&*!%@`|>".utf8.contains(first) {
      throw error("'\(Character(UnicodeScalar(first)))' is not read here")
    }
    var end = text.startIndex
    while end < text.endIndex {
      let byte = text[end]
      if ",[]{}".utf8.contains(byte) { break }
      if byte == UInt8(ascii: ":") {
        let behind = text[(end + 1)...].first
        if behind.map({ $0 == 0x20 || ",[]{}".utf8.contains($0) }) ?? true { break }
      }
      if byte == UInt8(ascii: "#"), end > text.startIndex, text[end - 1] == 0x20 { break }
      end += 1
    }
    guard end > text.startIndex else { throw error("expected a value") }
    place = end
    return Array(trimmed(text[..<end]))
  }

  // MARK: Quotation marks

  /// A quoted scalar; a line's end inside of it counts as one blank.
  mutating func quoted() throws(YAMLError) -> String {
    let mark = next
    place += 1
    var text: [UInt8] = []
    while true {
      guard let byte = next else {
        guard index + 1 < lines.count else { throw error("a quotation mark that nothing closes") }
        index += 1
        place = lines[index].text.startIndex
        while text.last == 0x20 { text.removeLast() }
        text.append(0x20)
        continue
      }
      place += 1
      if byte == mark {
        guard mark == UInt8(ascii: "'"), next == mark else {
          return String(decoding: text, as: UTF8.self)
        }
        // In single quotation marks, two of them write one.
        place += 1
        text.append(byte)
      } else if byte == UInt8(ascii: "\\"), mark == UInt8(ascii: "\"") {
        text += try escape().utf8
      } else {
        text.append(byte)
      }
    }
  }

  /// What stands behind a backslash; at a line's end it joins the lines.
  private mutating func escape() throws(YAMLError) -> String {
    guard let sign = next else {
      guard index + 1 < lines.count else { throw error("a quotation mark that nothing closes") }
      index += 1
      place = lines[index].text.startIndex
      return ""
    }
    place += 1
    switch sign {
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "0"): return "\0"
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: " "):
      return String(UnicodeScalar(sign))
    case UInt8(ascii: "x"): return try scalar(2)
    case UInt8(ascii: "u"): return try scalar(4)
    case UInt8(ascii: "U"): return try scalar(8)
    default: throw error("an escape that is not read here")
    }
  }

  /// The character that so many hexadecimal digits number.
  private mutating func scalar(_ digits: Int) throws(YAMLError) -> String {
    let text = String(decoding: rest.prefix(digits), as: UTF8.self)
    guard text.utf8.count == digits, let number = UInt32(text, radix: 16),
      let scalar = UnicodeScalar(number)
    else { throw error("an escape that is not read here") }
    place += digits
    return String(scalar)
  }
}
