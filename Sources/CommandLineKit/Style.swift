/// Emphasis for people at a terminal, and nothing for everyone else.
public struct Style: Hashable, Sendable {
  public var isOn: Bool

  public init(isOn: Bool) { self.isOn = isOn }

  public static let plain = Style(isOn: false)

  public enum Emphasis: String, Sendable {
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case cyan = "36"
  }

  public func callAsFunction(_ emphasis: Emphasis, _ text: String) -> String {
    isOn && !text.isEmpty ? "\u{1b}[\(emphasis.rawValue)m\(text)\u{1b}[0m" : text
  }

  public func bold(_ text: String) -> String { self(.bold, text) }
  public func dim(_ text: String) -> String { self(.dim, text) }
  public func red(_ text: String) -> String { self(.red, text) }
  public func green(_ text: String) -> String { self(.green, text) }
  public func yellow(_ text: String) -> String { self(.yellow, text) }
  public func cyan(_ text: String) -> String { self(.cyan, text) }
}
