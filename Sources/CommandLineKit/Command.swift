/// A command and everything that is said about it: parsing, help, completions and man pages come from here.
public struct Command: Sendable {
  /// What a command does: it writes to the console and returns the verdict.
  public typealias Body =
    @Sendable (_ arguments: Arguments, _ console: inout Console) throws(Failure) -> ExitCode

  public var name: String
  /// One line, without a full stop.
  public var summary: String
  /// Paragraphs between empty lines, wrapped where they are shown; lines that begin with a space are kept.
  public var discussion: String
  /// Options of a command hold for its subcommands too.
  public var options: [OptionSpecification]
  public var arguments: [ArgumentSpecification]
  public var examples: [Example]
  public var subcommands: [Command]
  /// What `--version` prints; only the root has one.
  public var version: String?
  /// Whether it ends with a verdict, and so with any of the exit codes.
  public var judges = false
  public var body: Body?

  /// A command line that is worth copying, and what it is for.
  public struct Example: Hashable, Sendable {
    public var purpose: String
    public var line: String

    public init(_ purpose: String, _ line: String) {
      self.purpose = purpose
      self.line = line
    }
  }

  /// A command that does something.
  public init(
    _ name: String,
    summary: String,
    discussion: String = "",
    version: String? = nil,
    options: [any OptionDescribing] = [],
    arguments: [any ArgumentDescribing] = [],
    examples: [Example],
    judges: Bool = false,
    body: @escaping Body
  ) {
    self.name = name
    self.summary = summary
    self.discussion = discussion
    self.options = options.map(\.specification)
    self.arguments = arguments.map(\.specification)
    self.examples = examples
    subcommands = []
    self.version = version
    self.judges = judges
    self.body = body
    precondition(
      self.arguments.dropLast().allSatisfy { $0.maximum == 1 },
      "Only the last operand may repeat."
    )
  }

  /// A command that only holds others.
  public init(
    _ name: String,
    summary: String,
    discussion: String = "",
    version: String? = nil,
    options: [any OptionDescribing] = [],
    examples: [Example],
    subcommands: [Command]
  ) {
    self.name = name
    self.summary = summary
    self.discussion = discussion
    self.options = options.map(\.specification)
    arguments = []
    self.examples = examples
    self.subcommands = subcommands
    self.version = version
    body = nil
  }
}

/// A command together with those that it is a subcommand of, the root first.
struct CommandPath: Sendable {
  var commands: [Command]

  init(_ root: Command) { commands = [root] }

  private init(commands: [Command]) { self.commands = commands }

  var root: Command { commands[0] }
  var command: Command { commands[commands.count - 1] }
  var isRoot: Bool { commands.count == 1 }

  /// As it is typed: `stickler legs`.
  var line: String { commands.map(\.name).joined(separator: " ") }

  /// As a file or a man page is named: `stickler-legs`.
  var slug: String { commands.map(\.name).joined(separator: "-") }

  func descending(to command: Command) -> Self { Self(commands: commands + [command]) }

  /// The command's own options and those that it inherits, nearest first, each name once.
  var options: [OptionSpecification] {
    var seen: Set<String> = []
    return commands.reversed().flatMap(\.options).filter { seen.insert($0.name).inserted }
      + standardOptions
  }

  /// What every program understands without saying so.
  private var standardOptions: [OptionSpecification] {
    let taken = Set(commands.flatMap(\.options).compactMap(\.short))
    var standard = [
      OptionSpecification(
        "help",
        taken.contains("h") ? nil : "h",
        nil,
        [],
        .nothing,
        nil,
        nil,
        "show this help"
      )
    ]
    if isRoot {
      if root.version != nil {
        standard.append(
          OptionSpecification(
            "version",
            taken.contains("V") ? nil : "V",
            nil,
            [],
            .nothing,
            nil,
            nil,
            "show the version"
          )
        )
      }
      let shells = Shell.allCases.map(\.rawValue)
      standard.append(
        OptionSpecification(
          "completions",
          nil,
          "SHELL",
          shells,
          .choices(shells),
          nil,
          nil,
          "print the completions for a shell"
        )
      )
      standard.append(
        OptionSpecification(
          "man-pages",
          nil,
          "DIR",
          [],
          .directory,
          nil,
          nil,
          "write the manual pages into DIR"
        )
      )
    }
    return standard
  }

  /// This command and all below it.
  var descendants: [CommandPath] {
    [self] + command.subcommands.flatMap { descending(to: $0).descendants }
  }
}

/// A shell that completions can be made for.
public enum Shell: String, CaseIterable, Sendable {
  case bash, zsh, fish
}
