internal import Glibc

/// What is known of the device behind a descriptor: whether a person looks at it, and how wide it is.
public struct Terminal: Hashable, Sendable {
  public var isTerminal: Bool
  /// In columns; 80 where nobody says.
  public var width: Int
  public var hasColor: Bool

  public init(isTerminal: Bool, width: Int, hasColor: Bool) {
    self.isTerminal = isTerminal
    self.width = width
    self.hasColor = hasColor
  }

  /// Asks the device and the environment (COLUMNS, NO_COLOR, TERM).
  public init(
    descriptor: Int32,
    environment: (String) -> String? = { environmentVariable($0) }
  ) {
    var size = winsize()
    // SAFETY: the kernel fills the one winsize that it is given.
    let asked = unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    let columns = environment("COLUMNS").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    isTerminal = isatty(descriptor) == 1
    width = asked ? Int(size.ws_col) : columns ?? 80
    hasColor =
      isTerminal && (environment("NO_COLOR") ?? "").isEmpty && environment("TERM") != "dumb"
  }

  public static var standardOutput: Terminal { Terminal(descriptor: 1) }
  public static var standardError: Terminal { Terminal(descriptor: 2) }

  public var style: Style { Style(isOn: hasColor) }

  /// Whether something that takes long shows how far it is.
  public func shows(_ mode: WhenToShow) -> Bool {
    switch mode {
    case .auto: isTerminal
    case .always: true
    case .never: false
    }
  }
}

/// What `--progress` and `--color` say.
public enum WhenToShow: String, CaseIterable, Sendable {
  case auto, always, never
}

extension Option where Value == WhenToShow {
  /// `--progress`, for commands that may take long.
  public static let progress = Option(
    "progress",
    .choice("WHEN"),
    default: .auto,
    "show a progress bar on standard error"
  )

  /// `--color`, for commands that colour what they print.
  public static let color = Option(
    "color",
    .choice("WHEN"),
    default: .auto,
    "colour the output"
  )
}

/// A variable of the process's environment.
public func environmentVariable(_ name: String) -> String? {
  // SAFETY: the string is copied at once; nobody here changes the environment.
  unsafe getenv(name).map { unsafe String(cString: $0) }
}
