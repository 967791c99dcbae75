/// Reads the YAML that kubeconfigs are written in, JSON included: one document of mappings, sequences and scalars in block
/// or flow style.
///
/// Anchors, tags and several documents are refused by name, not misread. No input traps; nesting is bounded.
struct YAMLReader {
  /// How many containers may stand inside one another.
  static let deepest = 64

  /// A line without its indentation; what a sequence's dash stood before counts as indented.
  struct Line {
    var number: Int
    var indent: Int
    var text: ArraySlice<UInt8>
  }

  var lines: [Line]
  /// The line that is read next.
  var index = 0
  private var depth = 0

  static func read(_ bytes: [UInt8]) throws(YAMLError) -> YAMLNode {
    guard (try? UTF8Span(validating: bytes.span)) != nil else {
      throw YAMLError(1, "bytes that are not UTF-8")
    }
    var reader = Self(bytes)
    return try reader.document()
  }

  private init(_ bytes: [UInt8]) {
    lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated().map {
      number,
      line in
      let text = line.last == 0x0d ? line.dropLast() : line
      let content = text.drop { $0 == 0x20 }
      return Line(number: number + 1, indent: content.startIndex - text.startIndex, text: content)
    }
  }

  private mutating func document() throws(YAMLError) -> YAMLNode {
    try skipToContent()
    if index < lines.count, lines[index].indent == 0, lines[index].text.starts(with: "---".utf8) {
      lines[index].text = lines[index].text.dropFirst(3)
      try trimStart()
      try skipToContent()
    }
    let node = try block(from: 0) ?? YAMLNode(line: 1, content: .null)
    try skipToContent()
    guard index >= lines.count || lines[index].text.elementsEqual("...".utf8) else {
      throw YAMLError(
        lines[index].number,
        lines[index].text.starts(with: "---".utf8)
          ? "a second document; expected one" : "this line belongs to nothing above it"
      )
    }
    return node
  }

  // MARK: Lines

  /// Moves on to the next line that is neither blank nor only a comment.
  mutating func skipToContent() throws(YAMLError) {
    while index < lines.count {
      guard let first = lines[index].text.first else {
        index += 1
        continue
      }
      if first == UInt8(ascii: "#") || isBlank(lines[index].text) {
        index += 1
        continue
      }
      if first == 0x09 { throw YAMLError(lines[index].number, "a tab; YAML is indented by spaces") }
      return
    }
  }

  /// Takes the blanks off the start of the current line, as if it were indented by them.
  mutating func trimStart() throws(YAMLError) {
    let rest = lines[index].text.drop { $0 == 0x20 || $0 == 0x09 }
    lines[index].indent += rest.startIndex - lines[index].text.startIndex
    lines[index].text = rest
    if let first = rest.first, first == UInt8(ascii: "#") { lines[index].text = [] }
  }

  /// Whether the line at hand ends the document.
  private var isMark: Bool {
    lines[index].indent == 0
      && ["---", "..."].contains { lines[index].text.elementsEqual($0.utf8) }
  }

  // MARK: Blocks

  /// The node whose lines are indented by `least` or more; `nil` where the next line is not.
  mutating func block(from least: Int) throws(YAMLError) -> YAMLNode? {
    try skipToContent()
    guard index < lines.count, lines[index].indent >= least, !isMark else { return nil }
    guard depth < Self.deepest else {
      throw YAMLError(lines[index].number, "nested deeper than \(Self.deepest) levels")
    }
    depth += 1
    defer { depth -= 1 }
    let (number, indent) = (lines[index].number, lines[index].indent)
    if startsElement { return try sequence(at: indent, number) }
    if try key() != nil { return try mapping(at: indent, number) }
    return try value(inside: least - 1)
  }

  /// Whether the line at hand begins with the dash of a sequence.
  private var startsElement: Bool {
    let text = lines[index].text
    return text.first == UInt8(ascii: "-") && (text.count == 1 || text.dropFirst().first == 0x20)
  }

  private mutating func sequence(at indent: Int, _ number: Int) throws(YAMLError) -> YAMLNode {
    var elements: [YAMLNode] = []
    while index < lines.count, lines[index].indent == indent, startsElement, !isMark {
      let line = lines[index].number
      // What follows the dash stands where it stands, as if the dash were blank.
      lines[index].indent += 1
      lines[index].text = lines[index].text.dropFirst()
      try trimStart()
      elements.append(try block(from: indent + 1) ?? YAMLNode(line: line, content: .null))
      try skipToContent()
    }
    return YAMLNode(line: number, content: .sequence(elements))
  }

  private mutating func mapping(at indent: Int, _ number: Int) throws(YAMLError) -> YAMLNode {
    var members: [String: YAMLNode] = [:]
    while index < lines.count, lines[index].indent == indent, !isMark, !startsElement {
      let line = lines[index].number
      guard let (name, rest) = try key() else {
        throw YAMLError(line, "expected a name and a colon")
      }
      guard members[name] == nil else { throw YAMLError(line, "\(name): told twice") }
      lines[index].indent += rest.startIndex - lines[index].text.startIndex
      lines[index].text = rest
      try trimStart()
      let member: YAMLNode?
      if lines[index].text.isEmpty {
        index += 1
        try skipToContent()
        // A sequence may stand below its name without being indented.
        let isFlush = index < lines.count && lines[index].indent == indent && startsElement
        member = try block(from: isFlush ? indent : indent + 1)
      } else {
        member = try value(inside: indent)
      }
      members[name] = member ?? YAMLNode(line: line, content: .null)
      try skipToContent()
    }
    if index < lines.count, lines[index].indent > indent {
      throw YAMLError(lines[index].number, "indented further than the lines that it belongs to")
    }
    return YAMLNode(line: number, content: .mapping(members))
  }

  /// The name that the line at hand gives, and what stands behind its colon.
  private func key() throws(YAMLError) -> (String, ArraySlice<UInt8>)? {
    let text = lines[index].text
    guard let first = text.first, first != UInt8(ascii: "{"), first != UInt8(ascii: "[") else {
      return nil
    }
    if first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") {
      var cursor = YAMLCursor(self)
      guard let name = try? cursor.quoted(), cursor.index == index else { return nil }
      let rest = cursor.rest.drop { $0 == 0x20 }
      guard rest.first == UInt8(ascii: ":"), isBlankOrEnd(rest.dropFirst()) else { return nil }
      return (name, rest.dropFirst())
    }
    if first == UInt8(ascii: "?"), isBlankOrEnd(text.dropFirst()) {
      throw YAMLError(lines[index].number, "a key of several lines; that is not read here")
    }
    var place = text.startIndex
    while place < text.endIndex {
      if text[place] == UInt8(ascii: ":"), isBlankOrEnd(text[(place + 1)...]) {
        let name = trimmed(text[..<place])
        try refuse(name)
        return (String(decoding: name, as: UTF8.self), text[(place + 1)...])
      }
      // Behind a blank this begins a comment.
      if text[place] == UInt8(ascii: "#"), place > text.startIndex, text[place - 1] == 0x20 {
        return nil
      }
      place += 1
    }
    return nil
  }

  /// Anchors, aliases and tags change what a text means.
  func refuse(_ text: ArraySlice<UInt8>) throws(YAMLError) {
    guard let first = text.first else { return }
    if "&*!%@`".utf8.contains(first) {
      let sign = Character(UnicodeScalar(first))
      throw YAMLError(lines[index].number, "'\(sign)' (an anchor, alias or tag) is not read here")
    }
  }
}

func isBlank(_ text: ArraySlice<UInt8>) -> Bool { text.allSatisfy { $0 == 0x20 || $0 == 0x09 } }

func isBlankOrEnd(_ text: ArraySlice<UInt8>) -> Bool {
  text.first.map { $0 == 0x20 || $0 == 0x09 } ?? true
}

func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
  var text = text.drop { $0 == 0x20 || $0 == 0x09 }
  while let last = text.last, last == 0x20 || last == 0x09 { text.removeLast() }
  return text
}
