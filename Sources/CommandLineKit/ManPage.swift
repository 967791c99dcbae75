/// A command's page for man(1), in the classic macros that every troff knows.
struct ManPage {
  let path: CommandPath

  init(_ path: CommandPath) { self.path = path }

  var text: String {
    let command = path.command
    let title = path.slug.uppercased()
    // No date: two builds of one commit are the same bytes.
    var page = [
      ".TH \(escaped(title)) 1 \"\" \"\(escaped(source))\" \"User Commands\"",
      ".SH NAME",
      "\(escaped(path.slug)) \\- \(escaped(command.summary))",
      ".SH SYNOPSIS",
      ".B \(escaped(path.line))",
      ".RI \"\(escaped(synopsis(of: path).dropFirst().joined(separator: " ")))\"",
    ]
    if !command.discussion.isEmpty {
      page.append(".SH DESCRIPTION")
      let blocks = paragraphs(of: command.discussion).map { paragraph in
        switch paragraph {
        case .flowing(let text): [line(text)]
        case .kept(let lines): [".nf"] + lines.map(line) + [".fi"]
        }
      }
      page += blocks.joined(separator: [".PP"])
    }
    if !command.subcommands.isEmpty {
      page.append(".SH COMMANDS")
      for sub in command.subcommands {
        page += [
          ".TP", ".BR \(escaped(path.slug))\\-\(escaped(sub.name)) (1)",
          line(sentence(sub.summary)),
        ]
      }
    }
    if !command.arguments.isEmpty {
      page.append(".SH ARGUMENTS")
      for argument in command.arguments {
        page += [".TP", ".I \(escaped(argument.usage))", line(argument.summary)]
      }
    }
    for (heading, options) in sections(of: path.options) {
      page.append(".SH \(escaped(heading.uppercased()))")
      for option in options { page += entry(of: option) }
    }
    page.append(".SH EXIT STATUS")
    for code in ExitCode.allCases where command.judges || code == .pass || code == .failure {
      page += [".TP", ".B \(code.rawValue)", line(code.meaning)]
    }
    let variables = path.options.compactMap { option in option.environment.map { (option, $0) } }
    if !variables.isEmpty {
      page.append(".SH ENVIRONMENT")
      for (option, variable) in variables {
        page += [
          ".TP", ".B \(escaped(variable))",
          line("used where --\(option.name) is not given"),
        ]
      }
    }
    if !command.examples.isEmpty {
      page.append(".SH EXAMPLES")
      let blocks = command.examples.map { example in
        [line(capitalized(example.purpose)), ".RS", ".nf", line(example.line), ".fi", ".RE"]
      }
      page += blocks.joined(separator: [".PP"])
    }
    let relatives =
      path.commands.count > 1
      ? [CommandPath(path.root).slug] : command.subcommands.map { path.descending(to: $0).slug }
    if !relatives.isEmpty {
      page += [".SH SEE ALSO"] + relatives.map { ".BR \(escaped($0)) (1)" }
    }
    return page.joined(separator: "\n") + "\n"
  }

  private var source: String { "\(path.root.name) \(path.root.version ?? "")" }

  private func entry(of option: OptionSpecification) -> [String] {
    let names = (option.short.map { ["-\($0)"] } ?? []) + ["--\(option.name)"]
    let bold = names.map { "\\fB\(escaped($0))\\fR" }.joined(separator: ", ")
    let value = option.placeholder.map { " \\fI\(escaped($0))\\fR" } ?? ""
    return [".TP", bold + value, line(optionText(option))]
  }

  private func line(_ text: String) -> String {
    // A dot or a quote at the start of a line would be a request.
    let isRequest = text.hasPrefix(".") || text.hasPrefix("'")
    return (isRequest ? "\\&" : "") + escaped(text)
  }

  /// Hyphens become minus signs, so that an option copied from the page works; beyond ASCII, troff wants names.
  private func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      case "\"": result += "\\(dq"
      case _ where scalar.isASCII: result.unicodeScalars.append(scalar)
      default:
        let digits = String(scalar.value, radix: 16, uppercase: true)
        result += "\\[u\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)]"
      }
    }
    return result
  }
}
