/// Breaks text at spaces so that no line is wider than `width`, unless a single word is.
public func wrapped(_ text: some StringProtocol, to width: Int) -> [String] {
  var lines: [String] = []
  var line = ""
  var used = 0
  for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
    let needed = word.displayWidth
    if !line.isEmpty, used + 1 + needed > width {
      lines.append(line)
      line = ""
      used = 0
    }
    if !line.isEmpty {
      line.append(" ")
      used += 1
    }
    line += word
    used += needed
  }
  if !line.isEmpty { lines.append(line) }
  return lines
}

/// The paragraphs of a text: between empty lines, and lines that begin with a space by themselves.
func paragraphs(of text: String) -> [Paragraph] {
  var result: [Paragraph] = []
  var flowing: [Substring] = []
  func endFlow() {
    if !flowing.isEmpty { result.append(.flowing(flowing.joined(separator: " "))) }
    flowing = []
  }
  for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
    if line.hasPrefix(" ") {
      endFlow()
      if case .kept(let before)? = result.last {
        result[result.count - 1] = .kept(before + [String(line)])
      } else {
        result.append(.kept([String(line)]))
      }
    } else if line.isEmpty {
      endFlow()
    } else {
      flowing.append(line)
    }
  }
  endFlow()
  return result
}

/// A piece of a discussion.
enum Paragraph: Hashable {
  case flowing(String)
  /// Lines that stay as they are: an example, a small table.
  case kept([String])
}
