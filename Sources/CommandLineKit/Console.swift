/// Where a command writes: its data to `out`, everything else to standard error.
public struct Console: ~Copyable {
  /// Standard output; flushed when the command is done.
  public var out: Output
  /// What stands behind standard output.
  public let terminal: Terminal
  /// What stands behind standard error.
  public let errorTerminal: Terminal
  /// How the program is called in messages.
  public let program: String
  /// What `--progress` said, where the command has it.
  public let progress: WhenToShow

  public init(
    program: String,
    out: consuming Output,
    terminal: Terminal,
    errorTerminal: Terminal,
    progress: WhenToShow = .auto
  ) {
    self.program = program
    self.out = out
    self.terminal = terminal
    self.errorTerminal = errorTerminal
    self.progress = progress
  }

  /// Emphasis for standard output.
  public var style: Style { terminal.style }

  /// One line to standard error, after the program's name: `stickler: n1.pcap: cut short`.
  public func report(_ message: String) {
    // There is nobody left to tell where standard error cannot be written.
    _ = writeAll(Array("\(program): \(message)\n".utf8), to: 2)
  }

  /// Like `report`, for what does not stop the command.
  public func warn(_ message: String) {
    report("\(errorTerminal.style.yellow("warning")): \(message)")
  }

  /// A bar on standard error, silent unless it is a terminal or `--progress always`.
  public func progressBar(_ label: String, total: UInt64?) -> ProgressBar {
    ProgressBar(label, total: total, isShown: errorTerminal.shows(progress))
  }
}
