internal import Glibc

/// The whole terminal for a while, given back as it was at the end.
///
/// Draws on the alternate screen, in raw mode; what stood on the terminal before stands there again afterwards.
public struct Screen: ~Copyable {
  public struct Size: Hashable, Sendable {
    public var width: Int
    public var height: Int

    public init(width: Int, height: Int) {
      self.width = width
      self.height = height
    }
  }

  private let input: Int32
  private let output: Int32
  private let before: termios
  private var shown: [String] = []
  private var shownSize: Size?

  /// Takes the terminal over; nil where it cannot be.
  public init?(input: Int32 = 0, output: Int32 = 1) {
    var settings = termios()
    // SAFETY: the system fills the structure.
    guard unsafe tcgetattr(input, &settings) == 0 else { return nil }
    self.input = input
    self.output = output
    before = settings
    unsafe cfmakeraw(&settings)
    // SAFETY: the system reads the structure.
    unsafe tcsetattr(input, TCSAFLUSH, &settings)
    // The alternate screen, no cursor, no wrapping of lines.
    _ = writeAll(Array("\u{1b}[?1049h\u{1b}[?25l\u{1b}[?7l".utf8), to: output)
  }

  deinit {
    _ = writeAll(Array("\u{1b}[?7h\u{1b}[?25h\u{1b}[?1049l".utf8), to: output)
    var settings = before
    // SAFETY: the system reads the structure.
    unsafe tcsetattr(input, TCSAFLUSH, &settings)
  }

  /// Asked anew each time: a window may have been resized.
  public var size: Size {
    var size = winsize()
    // SAFETY: the kernel fills the one winsize that it is given.
    let isKnown = unsafe ioctl(output, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    return isKnown
      ? Size(width: Int(size.ws_col), height: max(1, Int(size.ws_row)))
      : Size(width: 80, height: 24)
  }

  /// Shows these lines from the top, and writes only those that changed.
  public mutating func draw(_ lines: [String], size: Size) {
    var text = ""
    if size != shownSize {
      text = "\u{1b}[2J"
      shown = []
    }
    for row in 0..<size.height {
      let line = row < lines.count ? lines[row] : ""
      if row < shown.count, shown[row] == line { continue }
      text += "\u{1b}[\(row + 1);1H\(line)\u{1b}[K"
    }
    shown = Array(lines.prefix(size.height))
    while shown.count < size.height { shown.append("") }
    shownSize = size
    if !text.isEmpty { _ = writeAll(Array(text.utf8), to: output) }
  }
}
