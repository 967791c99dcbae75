/// The completions of a program, to be read by a shell at its start.
func completions(of root: Command, for shell: Shell) -> String {
  let path = CommandPath(root)
  switch shell {
  case .bash: return bashCompletions(of: path)
  case .zsh: return zshCompletions(of: path)
  case .fish: return fishCompletions(of: path)
  }
}

/// A name that a shell function may have.
private func functionName(_ path: CommandPath) -> String {
  "_" + String(path.slug.map { $0.isLetter || $0.isNumber ? $0 : "_" })
}

/// Text between single quotes, whatever is in it.
private func quoted(_ text: String) -> String {
  var result = ""
  for character in text { result += character == "'" ? "'\\''" : String(character) }
  return "'\(result)'"
}

/// All spellings of an option.
private func spellings(_ option: OptionSpecification) -> [String] {
  (option.short.map { ["-\($0)"] } ?? []) + ["--\(option.name)"]
}

// MARK: bash

private func bashCompletions(of root: CommandPath) -> String {
  let function = functionName(root)
  var descents: [String] = []
  var values: [String] = []
  var offers: [String] = []
  for path in root.descendants {
    for sub in path.command.subcommands {
      let key = quoted("\(path.line) \(sub.name)")
      descents.append("      \(key)) command=\(key) ;;")
    }
    for option in path.options where option.placeholder != nil {
      let keys = spellings(option).map { quoted("\(path.line) \($0)") }.joined(separator: "|")
      values.append("    \(keys)) \(bashAction(option.completion)); return ;;")
    }
    let words = path.options.flatMap(spellings).joined(separator: " ")
    let operand: String
    if path.command.subcommands.isEmpty {
      operand = bashAction(path.command.arguments.last?.completion ?? .nothing)
    } else {
      operand = bashAction(.choices(path.command.subcommands.map(\.name)))
    }
    offers.append(
      """
          \(quoted(path.line)))
            if [[ $current == -* ]]; then \(bashAction(.choices([words]))); else \(operand); fi ;;
      """
    )
  }
  return """
    # bash completion for \(root.root.name)
    \(function)() {
      local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
      local command=\(quoted(root.line)) i
      COMPREPLY=()
      for ((i = 1; i < COMP_CWORD; i++)); do
        case "$command ${COMP_WORDS[i]}" in
    \(descents.isEmpty ? "      *) ;;" : descents.joined(separator: "\n"))
        esac
      done
      # --option=value comes as three words.
      if [[ $current == = ]]; then
        current=
      elif [[ $previous == = && COMP_CWORD -gt 1 ]]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
      fi
      case "$command $previous" in
    \(values.joined(separator: "\n"))
      esac
      case "$command" in
    \(offers.joined(separator: "\n"))
      esac
    }
    complete -F \(function) \(root.root.name)

    """
}

private func bashAction(_ completion: Completion) -> String {
  switch completion {
  case .nothing: ":"
  case .file: "compopt -o default"
  case .directory: "compopt -o dirnames"
  case .choices(let words):
    "COMPREPLY=($(compgen -W \(quoted(words.joined(separator: " "))) -- \"$current\"))"
  }
}

// MARK: zsh

private func zshCompletions(of root: CommandPath) -> String {
  let functions = root.descendants.map { path in
    var lines = ["\(functionName(path))() {"]
    var specifications = path.options.map { "    " + zshSpecification($0) }
    if path.command.subcommands.isEmpty {
      for argument in path.command.arguments {
        let count = argument.maximum == nil ? "*" : ""
        let optional = argument.minimum == 0 && argument.maximum != nil ? ":" : ""
        specifications.append(
          "    " + quoted("\(count):\(optional)\(argument.name):\(zshAction(argument.completion))")
        )
      }
      lines.append("  _arguments -s -S \\")
      lines.append(specifications.joined(separator: " \\\n"))
    } else {
      lines.append("  local curcontext=\"$curcontext\" state line")
      lines.append("  typeset -A opt_args")
      lines.append("  _arguments -C -s -S \\")
      specifications += ["    '1: :->command'", "    '*:: :->arguments'"]
      lines.append(specifications.joined(separator: " \\\n"))
      lines.append("  case $state in")
      lines.append("  command)")
      lines.append("    local -a commands=(")
      for sub in path.command.subcommands {
        lines.append("      " + quoted("\(sub.name):\(sub.summary)"))
      }
      lines += ["    )", "    _describe command commands ;;", "  arguments)"]
      lines.append("    case $line[1] in")
      for sub in path.command.subcommands {
        lines.append("    \(sub.name)) \(functionName(path.descending(to: sub))) ;;")
      }
      lines += ["    esac ;;", "  esac"]
    }
    lines.append("}")
    return lines.joined(separator: "\n")
  }
  let function = functionName(root)
  return """
    #compdef \(root.root.name)

    \(functions.joined(separator: "\n\n"))

    if [[ $funcstack[1] == \(function) ]]; then
      \(function) "$@"
    else
      compdef \(function) \(root.root.name)
    fi

    """
}

private func zshSpecification(_ option: OptionSpecification) -> String {
  var summary = ""
  for character in option.summary {
    if "[]:\\".contains(character) { summary.append("\\") }
    summary.append(character)
  }
  var tail = "[\(summary)]"
  if let placeholder = option.placeholder {
    tail += ":\(placeholder.replacing(":", with: "\\:")):\(zshAction(option.completion))"
  }
  let long = "--\(option.name)" + (option.placeholder == nil ? "" : "=")
  let repeats = option.isRepeatable ? "*" : ""
  guard let short = option.short else { return quoted(repeats + long + tail) }
  let excluded = option.isRepeatable ? "*" : "(-\(short) --\(option.name))"
  let letter = "-\(short)" + (option.placeholder == nil ? "" : "+")
  return "\(quoted(excluded)){\(letter),\(long)}\(quoted(tail))"
}

private func zshAction(_ completion: Completion) -> String {
  switch completion {
  case .nothing: " "
  case .file: "_files"
  case .directory: "_files -/"
  case .choices(let words): "(\(words.joined(separator: " ")))"
  }
}

// MARK: fish

private func fishCompletions(of root: CommandPath) -> String {
  let name = root.root.name
  var lines = ["# fish completion for \(name)", "complete -c \(name) -f"]
  for path in root.descendants {
    let seen = path.commands.dropFirst().map { "__fish_seen_subcommand_from \($0.name)" }
    let names = path.command.subcommands.map(\.name).joined(separator: " ")
    let condition = (seen + (names.isEmpty ? [] : ["not __fish_seen_subcommand_from \(names)"]))
      .joined(separator: "; and ")
    let when = condition.isEmpty ? "" : " -n \(quoted(condition))"
    let prefix = "complete -c \(name)\(when)"
    for sub in path.command.subcommands {
      lines.append("\(prefix) -a \(sub.name) -d \(quoted(sub.summary))")
    }
    for argument in path.command.arguments {
      switch argument.completion {
      case .nothing: break
      case .file, .directory: lines.append("\(prefix) -F")
      case .choices(let words):
        lines.append("\(prefix) -a \(quoted(words.joined(separator: " ")))")
      }
    }
    for option in path.options {
      let short = option.short.map { " -s \($0)" } ?? ""
      lines.append(
        "\(prefix)\(short) -l \(option.name)\(fishAction(option)) -d \(quoted(option.summary))"
      )
    }
  }
  return lines.joined(separator: "\n") + "\n"
}

private func fishAction(_ option: OptionSpecification) -> String {
  guard option.placeholder != nil else { return "" }
  switch option.completion {
  case .nothing: return " -x"
  case .file: return " -r -F"
  case .directory: return " -x -a '(__fish_complete_directories)'"
  case .choices(let words): return " -x -a \(quoted(words.joined(separator: " ")))"
  }
}
