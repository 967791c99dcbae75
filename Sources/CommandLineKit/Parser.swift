/// What a command line asks for.
enum Request {
  case run(CommandPath, Arguments)
  case help(CommandPath)
  case version(CommandPath)
  case completions(CommandPath, Shell)
  case manPages(CommandPath, directory: String)
}

/// Reads a command line as GNU programs do.
///
/// Options and operands may stand in any order, `--` ends the options, `-` is an operand, the last of a repeated option
/// counts unless it is one that collects. An abbreviated option is refused: it would change its meaning with the next
/// release.
struct Parser {
  private var words: ArraySlice<String>
  private let environment: (String) -> String?
  private var path: CommandPath
  private var given: [String: [Occurrence]] = [:]
  private var operands: [String] = []

  static func parse(
    _ words: [String],
    as command: Command,
    environment: @escaping (String) -> String? = { _ in nil }
  ) throws(Failure) -> Request {
    // Escaping, though it does not: the check that it did not would hold how long the path of this file is.
    var parser = Parser(words: words[...], environment: environment, path: CommandPath(command))
    return try parser.parse()
  }

  private init(
    words: ArraySlice<String>,
    environment: @escaping (String) -> String?,
    path: CommandPath
  ) {
    self.words = words
    self.environment = environment
    self.path = path
  }

  private mutating func parse() throws(Failure) -> Request {
    var readsOptions = true
    while let word = words.popFirst() {
      if readsOptions, word == "--" {
        readsOptions = false
      } else if readsOptions, word.hasPrefix("--") {
        if let request = try readLong(word.dropFirst(2)) { return request }
      } else if readsOptions, word.hasPrefix("-"), word != "-" {
        if let request = try readShort(word.dropFirst()) { return request }
      } else if path.command.subcommands.isEmpty {
        operands.append(word)
      } else if path.isRoot, word == "help" {
        return try help()
      } else {
        try descend(to: word)
      }
    }
    guard path.command.subcommands.isEmpty else {
      let names = path.command.subcommands.map(\.name).joined(separator: ", ")
      throw Failure("no command given: one of \(names) (see '\(path.line) --help')")
    }
    return .run(path, try arguments())
  }

  /// `stickler help legs` is `stickler legs --help`.
  private mutating func help() throws(Failure) -> Request {
    while let word = words.popFirst() { try descend(to: word) }
    return .help(path)
  }

  private mutating func descend(to name: String) throws(Failure) {
    guard let command = path.command.subcommands.first(where: { $0.name == name }) else {
      let near = nearest(to: name, among: path.command.subcommands.map(\.name))
      let hint = near.map { "; did you mean '\($0)'?" } ?? " (see '\(path.line) --help')"
      throw Failure("unknown command '\(name)'\(hint)")
    }
    path = path.descending(to: command)
  }

  private mutating func readLong(_ word: Substring) throws(Failure) -> Request? {
    let name = word.prefix { $0 != "=" }
    let attached = name.endIndex == word.endIndex ? nil : String(word[name.endIndex...].dropFirst())
    guard let option = path.options.first(where: { $0.name == name }) else {
      let near = nearest(to: String(name), among: path.options.map(\.name))
      let hint = near.map { "; did you mean --\($0)?" } ?? " (see '\(path.line) --help')"
      throw Failure("unknown option --\(name)\(hint)")
    }
    guard option.placeholder != nil else {
      guard attached == nil else { throw Failure("--\(name) takes no value") }
      return try take(option, as: "--\(name)", nil)
    }
    let value: String
    if let attached { value = attached } else { value = try nextWord(for: option, as: "--\(name)") }
    return try take(option, as: "--\(name)", value)
  }

  private mutating func readShort(_ letters: Substring) throws(Failure) -> Request? {
    var rest = letters
    while let letter = rest.popFirst() {
      guard let option = path.options.first(where: { $0.short == letter }) else {
        throw Failure("unknown option -\(letter) (see '\(path.line) --help')")
      }
      let origin = "-\(letter)"
      guard option.placeholder != nil else {
        if let request = try take(option, as: origin, nil) { return request }
        continue
      }
      return try take(
        option,
        as: origin,
        rest.isEmpty ? nextWord(for: option, as: origin) : String(rest)
      )
    }
    return nil
  }

  private mutating func nextWord(
    for option: OptionSpecification,
    as origin: String
  ) throws(Failure) -> String {
    guard let word = words.popFirst() else {
      throw Failure("\(origin) needs a value: \(origin) \(option.placeholder ?? "VALUE")")
    }
    return word
  }

  /// Keeps an option, or ends the parse where it asks for something else than to run.
  private mutating func take(
    _ option: OptionSpecification,
    as origin: String,
    _ text: String?
  ) throws(Failure) -> Request? {
    let isOwn = path.commands.contains { $0.options.contains { $0.name == option.name } }
    switch option.name {
    case "help" where !isOwn: return .help(path)
    case "version" where !isOwn: return .version(path)
    case "man-pages" where !isOwn: return .manPages(path, directory: text ?? ".")
    case "completions" where !isOwn:
      let occurrence = Occurrence(origin: origin, text: text)
      return .completions(path, try occurrence.read(Notation<Shell>.choice))
    default:
      given[option.name, default: []].append(Occurrence(origin: origin, text: text))
      return nil
    }
  }

  /// Fills in the environment, gives out the operands and checks every value.
  private func arguments() throws(Failure) -> Arguments {
    var arguments = Arguments()
    for option in path.options {
      arguments.known.insert("--" + option.name)
      let occurrences = given[option.name] ?? fallback(of: option)
      guard !occurrences.isEmpty || option.isRequired else { continue }
      do {
        try option.check(occurrences)
      } catch {
        throw error.suggesting(among: option.choices, for: occurrences.last?.text)
      }
      arguments.options[option.name] = occurrences
    }
    var rest = operands[...]
    for argument in path.command.arguments {
      arguments.known.insert(argument.name)
      let share = argument.maximum.map { rest.prefix($0) } ?? rest
      rest = rest.dropFirst(share.count)
      guard share.count >= argument.minimum else {
        throw Failure("\(argument.name) is missing (see '\(path.line) --help')")
      }
      try argument.check(Array(share))
      arguments.operands[argument.name] = Array(share)
    }
    if let extra = rest.first {
      throw Failure("unexpected operand '\(extra)' (see '\(path.line) --help')")
    }
    return arguments
  }

  private func fallback(of option: OptionSpecification) -> [Occurrence] {
    // An empty variable is what a manifest leaves behind where a value was not set.
    guard let variable = option.environment, let text = environment(variable), !text.isEmpty
    else { return [] }
    guard option.isRepeatable else { return [Occurrence(origin: variable, text: text)] }
    return text.split(separator: ",").map { Occurrence(origin: variable, text: String($0)) }
  }
}

extension Failure {
  fileprivate func suggesting(among choices: [String], for text: String?) -> Failure {
    guard let text, let near = nearest(to: text, among: choices) else { return self }
    return Failure("\(message); did you mean \(near)?", exitCode: exitCode)
  }
}
