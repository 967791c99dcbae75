import Testing

@testable import CommandLineKit

@Suite struct `Completions` {
  @Test(arguments: [
    (Shell.bash, "'sample legs') command='sample legs' ;;"),
    (
      .bash,
      "'sample legs -f'|'sample legs --format') "
        + "COMPREPLY=($(compgen -W 'text json csv' -- \"$current\")); return ;;"
    ),
    (.bash, "complete -F _sample sample\n"),
    (.zsh, "'(-f --format)'{-f+,--format=}'[how to print]:WORD:(text json csv)'"),
    (.zsh, "'*'{-n+,--node=}'[the node of a file]:NAME=FILE: '"),
    (.zsh, "'*:FILE:_files'\n"),
    (.zsh, "legs) _sample_legs ;;"),
    (
      .fish,
      "complete -c sample -n '__fish_seen_subcommand_from legs' -s f -l format "
        + "-x -a 'text json csv' -d 'how to print'\n"
    ),
    (.fish, "complete -c sample -n '__fish_seen_subcommand_from legs' -F\n"),
  ])
  func `know every command, option and value`(shell: Shell, line: String) {
    #expect(completions(of: Sample.root, for: shell).contains(line))
  }

  @Test(arguments: Shell.allCases)
  func `keep what is special to a shell between quotes`(shell: Shell) {
    let command = Command(
      "it",
      summary: "don't $(run) `this`",
      options: [Option(flag: "x-y", "it's [odd]: $HOME")],
      examples: []
    ) { _, _ throws(Failure) in .pass }
    let text = completions(of: command, for: shell)
    switch shell {
    case .bash: #expect(!text.contains("$HOME"))
    case .zsh: #expect(text.contains(#"'--x-y[it'\''s \[odd\]\: $HOME]'"#))
    case .fish: #expect(text.contains(#"-d 'it'\''s [odd]: $HOME'"#))
    }
  }
}
