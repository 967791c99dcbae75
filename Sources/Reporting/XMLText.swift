/// XML as it is told, element by element, two spaces a level.
struct XMLText {
  private(set) var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
  private var depth = 0

  private var margin: String { String(repeating: "  ", count: depth) }

  mutating func begin(_ name: String, _ attributes: KeyValuePairs<String, String>) {
    text += "\(margin)<\(name)\(written(attributes))>\n"
    depth += 1
  }

  mutating func end(_ name: String) {
    depth -= 1
    text += "\(margin)</\(name)>\n"
  }

  /// An element with text in it, or none.
  mutating func element(
    _ name: String,
    _ attributes: KeyValuePairs<String, String>,
    _ content: String = ""
  ) {
    let close = content.isEmpty ? "/>" : ">\(escaped(content))</\(name)>"
    text += "\(margin)<\(name)\(written(attributes))\(close)\n"
  }

  private func written(_ attributes: KeyValuePairs<String, String>) -> String {
    attributes.map { " \($0.key)=\"\(escaped($0.value))\"" }.joined()
  }

  /// What XML 1.0 has no way to write becomes U+FFFD.
  private func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n": result += "&#10;"
      case "\t": result += "&#9;"
      case "\u{0}"..<" ", "\u{fffe}", "\u{ffff}": result += "\u{fffd}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
