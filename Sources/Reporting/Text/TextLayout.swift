public import CommandLineKit

/// How the text report is laid out: how wide, whether in colour, and whether with every session.
public struct TextLayout: Sendable {
  /// Where lines are broken.
  public var width: Int
  public var style: Style
  public var showsSessions: Bool

  public init(
    width: Int = 100,
    style: Style = .plain,
    showsSessions: Bool = false
  ) {
    self.width = max(40, width)
    self.style = style
    self.showsSessions = showsSessions
  }
}
