/// What `--help` prints for one command.
struct Help {
  let path: CommandPath
  let width: Int
  let style: Style

  /// Nothing is gained by lines longer than the eye follows, and nothing can be shown in fewer columns than these.
  init(_ path: CommandPath, width: Int, style: Style = .plain) {
    self.path = path
    self.width = min(max(width, 30), 100)
    self.style = style
  }

  var text: String {
    let command = path.command
    var blocks: [String] = [usage]
    blocks.append(lines(sentence(command.summary)))
    for paragraph in paragraphs(of: command.discussion) {
      switch paragraph {
      case .flowing(let text): blocks.append(lines(text))
      case .kept(let kept): blocks.append(kept.joined(separator: "\n"))
      }
    }
    var tables: [(String, [Entry])] = []
    if !command.subcommands.isEmpty {
      tables.append(
        ("Commands", command.subcommands.map { Entry(term: $0.name, text: $0.summary) })
      )
    }
    if !command.arguments.isEmpty {
      tables.append(("Arguments", command.arguments.map(Entry.init(argument:))))
    }
    for (heading, options) in sections(of: path.options) {
      tables.append((heading, options.map(Entry.init(option:))))
    }
    let column = column(for: tables.flatMap(\.1))
    for (heading, entries) in tables {
      blocks.append(
        ([style.bold(heading + ":")] + entries.flatMap { rows(of: $0, column: column) })
          .joined(separator: "\n")
      )
    }
    if !command.examples.isEmpty {
      let examples = command.examples.map { example in
        let purpose = wrapped(capitalized(example.purpose), to: width - 4).map {
          style.dim("  # \($0)")
        }
        return (purpose + ["  \(example.line)"]).joined(separator: "\n")
      }
      blocks.append(
        style.bold(examples.count == 1 ? "Example:" : "Examples:") + "\n"
          + examples.joined(separator: "\n\n")
      )
    }
    return blocks.joined(separator: "\n\n") + "\n"
  }

  private var usage: String {
    let words = synopsis(of: path).joined(separator: " ")
    let lines = wrapped(words, to: width - 9)
    return style.bold("Usage:") + " " + lines.joined(separator: "\n         ")
  }

  private func lines(_ text: String) -> String {
    wrapped(text, to: width).joined(separator: "\n")
  }

  /// Where the explanations begin: after the terms that are not too long, and never past a third of a narrow screen.
  private func column(for entries: [Entry]) -> Int {
    let limit = min(30, width / 2 - 6)
    let widths = entries.map { $0.term.displayWidth }.filter { $0 <= limit }
    return (widths.max() ?? limit) + 4
  }

  private func rows(of entry: Entry, column: Int) -> [String] {
    // On a narrow screen a column of three words reads worse than a line of its own.
    let isStacked = width < 56
    let indent = isStacked ? 8 : column
    let explanation = wrapped(entry.text, to: width - indent)
    let margin = String(repeating: " ", count: indent)
    if isStacked || entry.term.displayWidth + 4 > column {
      return ["  " + entry.term] + explanation.map { margin + $0 }
    }
    guard let first = explanation.first else { return ["  " + entry.term] }
    return [("  " + entry.term).padded(to: column) + first]
      + explanation.dropFirst().map { margin + $0 }
  }
}

/// A term and what it means.
private struct Entry {
  var term: String
  var text: String

  init(term: String, text: String) {
    self.term = term
    self.text = text
  }

  init(argument: ArgumentSpecification) {
    term = argument.name
    text = argument.summary + choiceNote(argument.choices)
  }

  init(option: OptionSpecification) {
    let short = option.short.map { "-\($0), " } ?? "    "
    term = "\(short)--\(option.name)\(option.placeholder.map { " \($0)" } ?? "")"
    text = optionText(option)
  }
}

/// An option's summary with all that there is to know of its values.
func optionText(_ option: OptionSpecification) -> String {
  var notes: [String] = []
  if let standard = option.standard, !standard.isEmpty { notes.append("default: \(standard)") }
  if option.isRequired { notes.append("required") }
  if option.isRepeatable { notes.append("may be repeated") }
  if let variable = option.environment { notes.append("environment: \(variable)") }
  let note = notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))"
  return option.summary + choiceNote(option.choices) + note
}

private func choiceNote(_ choices: [String]) -> String {
  choices.isEmpty ? "" : ": \(choices.joined(separator: ", "))"
}

/// Options under their headings, in the order in which the headings first appear.
func sections(of options: [OptionSpecification]) -> [(String, [OptionSpecification])] {
  var sections: [(heading: String, options: [OptionSpecification])] = []
  for option in options {
    let heading = option.section ?? "Options"
    if let index = sections.firstIndex(where: { $0.heading == heading }) {
      sections[index].options.append(option)
    } else {
      sections.append((heading, [option]))
    }
  }
  return sections
}

/// The words of a command's synopsis: `stickler legs [OPTION]... FILE...`.
func synopsis(of path: CommandPath) -> [String] {
  let required = path.options.filter(\.isRequired).map {
    "--\($0.name) \($0.placeholder ?? "")"
  }
  let operands =
    path.command.subcommands.isEmpty
    ? path.command.arguments.map(\.usage) : ["COMMAND", "..."]
  return [path.line, "[OPTION]..."] + required + operands
}

/// A summary as a sentence of its own; a question keeps its mark.
func sentence(_ summary: String) -> String {
  capitalized(summary) + (summary.last.map { ".?!…".contains($0) } ?? true ? "" : ".")
}

func capitalized(_ text: String) -> String {
  text.prefix(1).uppercased() + text.dropFirst()
}
