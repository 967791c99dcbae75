import Affinity
import CommandLineKit

/// `stickler explain`: the catalogue of failure modes in the terminal.
enum ExplainCommand {
  enum Format: String, CaseIterable, Sendable { case text, markdown }

  static let mode = Argument(
    optional: "MODE",
    Notation<Mode>.mode,
    "a mode's id or name, such as A2"
  )
  static let format = Option(
    "format",
    short: "f",
    .choice,
    default: Format.text,
    "what it is printed as; docs/catalogue.md is the whole catalogue as markdown"
  )

  static let command = Command(
    "explain",
    summary: "tell what a failure mode is, how it looks and what to do about it",
    discussion: """
      Without a MODE, lists all failure modes that reports name.
      """,
    options: [format],
    arguments: [mode],
    examples: [
      Command.Example("what A2 in a report means", "stickler explain A2"),
      Command.Example("the whole catalogue", "stickler explain"),
    ],
    body: run
  )

  static func run(_ arguments: Arguments, _ console: inout Console) throws(Failure) -> ExitCode {
    let mode = try arguments[mode]
    switch (try arguments[format], mode) {
    case (.text, nil): try list(&console)
    case (.text, let mode?): try explain(mode, &console)
    case (.markdown, nil): try console.out.write(markdownCatalogue())
    case (.markdown, let mode?): try console.out.write(markdown(of: mode))
    }
    return .pass
  }

  /// One line a mode where lines may be long; on a terminal what users see goes on below itself.
  private static func list(_ console: inout Console) throws(Failure) {
    var table = Table([
      Table.Column("ID"), Table.Column("NAME"), Table.Column("CLASS"),
      Table.Column("WHAT USERS SEE"),
    ])
    let modes = Catalogue.inOrder
    var room = Int.max
    if console.terminal.isTerminal {
      let taken =
        (modes.map(\.id.count).max() ?? 0) + (modes.map(\.name.count).max() ?? 0)
        + (modes.map(\.modeClass.rawValue.count).max() ?? 0) + 6
      room = max(24, console.terminal.width - taken)
    }
    for mode in modes {
      var cells: [Table.Cell] = ["\(mode.id)", "\(mode.name)", "\(mode.modeClass.rawValue)"]
      for line in wrapped(mode.words.headline, to: room) {
        table.append(cells + ["\(line)"])
        cells = ["", "", ""]
      }
    }
    try table.print(to: &console)
  }

  private static func explain(_ mode: Mode, _ console: inout Console) throws(Failure) {
    let style = console.style
    let width = min(console.terminal.width, 100)
    try console.out.line("\(style.bold(mode.id)) \(style.bold(mode.name))")
    try console.out.line("\(mode.modeClass.rawValue), origin: \(mode.origin.words)")
    for section in mode.sections {
      try console.out.line()
      try console.out.line(style.bold(section.title))
      for line in wrapped(section.text, to: width - 2) { try console.out.line("  " + line) }
    }
    guard !mode.words.references.isEmpty else { return }
    try console.out.line()
    try console.out.line(style.bold("References"))
    let references = [mode.words.threads.joined(separator: ", ")] + mode.words.facts
    for reference in references where !reference.isEmpty {
      for line in wrapped(reference, to: width - 2) { try console.out.line("  " + line) }
    }
  }
}
