import Testing

@testable import CommandLineKit

@Suite struct `The help` {
  @Test func `of a command with everything, at 80 columns`() {
    let path = CommandPath(Sample.root).descending(to: Sample.legs)
    #expect(
      Help(path, width: 80).text == """
        Usage: sample legs [OPTION]... FILE...

        List the legs of captures.

        A leg is a directional 5-tuple at a node.

          n1 → n2

        It's *that*.

        Arguments:
          FILE                  captures to read; - is standard input

        Options:
          -f, --format WORD     how to print: text, json, csv (default: text)
              --filter BPF      which packets to read
          -n, --node NAME=FILE  the node of a file (may be repeated; environment: NODES)
              --top N           how many rows (default: 10)
          -F, --follow          keep reading (environment: FOLLOW)
          -q, --quiet           say nothing
              --window TIME     how far apart two sightings may be (default: 2s;
                                environment: WINDOW)
              --ring SIZE       how much to keep (default: 64MiB)
              --udp PORT,..     … (default: 20001; environment: UDPPORT)
              --progress WHEN   show a progress bar on standard error: auto, always,
                                never (default: auto)
          -h, --help            show this help

        Example:
          # The ten busiest legs
          sample legs --top 10 n1.pcap.gz

        """
    )
  }

  @Test func `of a program that holds commands, at 36 columns`() {
    #expect(
      Help(CommandPath(Sample.root), width: 36).text == """
        Usage: sample [OPTION]... COMMAND
                 ...

        Show how a command line is read.

        Commands:
          legs
                list the legs of captures
          explain
                tell what a failure mode is

        Options:
              --progress WHEN
                show a progress bar on
                standard error: auto,
                always, never (default:
                auto)
          -h, --help
                show this help
          -V, --version
                show the version
              --completions SHELL
                print the completions for a
                shell: bash, zsh, fish
              --man-pages DIR
                write the manual pages into
                DIR

        Example:
          # A first look
          sample legs n1.pcap

        """
    )
  }

  @Test(arguments: [30, 36, 40, 55, 56, 60, 72, 80, 100])
  func `is never wider than the screen`(width: Int) {
    for path in CommandPath(Sample.root).descendants {
      for line in Help(path, width: width).text.split(separator: "\n") {
        #expect(line.displayWidth <= max(width, 33), "\(line)")
      }
    }
  }
}

@Suite struct `A manual page` {
  @Test func `is troff in which nothing is taken for a request`() {
    let command = Command(
      "try-it",
      summary: "show \\ and - and 'quotes'",
      discussion: ".dot first\n\n 'quote first\n\n→",
      version: "1.0",
      options: [Option(required: "name", short: "n", .text("NAME"), environment: "NAME", "a name")],
      examples: [.init("the shortest line", "try-it -n x")]
    ) { _, _ throws(Failure) in .pass }
    #expect(
      ManPage(CommandPath(command)).text == #"""
        .TH TRY\-IT 1 "" "try\-it 1.0" "User Commands"
        .SH NAME
        try\-it \- show \e and \- and 'quotes'
        .SH SYNOPSIS
        .B try\-it
        .RI "[OPTION]... \-\-name NAME"
        .SH DESCRIPTION
        \&.dot first
        .PP
        .nf
         'quote first
        .fi
        .PP
        \[u2192]
        .SH OPTIONS
        .TP
        \fB\-n\fR, \fB\-\-name\fR \fINAME\fR
        a name (required; environment: NAME)
        .TP
        \fB\-h\fR, \fB\-\-help\fR
        show this help
        .TP
        \fB\-V\fR, \fB\-\-version\fR
        show the version
        .TP
        \fB\-\-completions\fR \fISHELL\fR
        print the completions for a shell: bash, zsh, fish
        .TP
        \fB\-\-man\-pages\fR \fIDIR\fR
        write the manual pages into DIR
        .SH EXIT STATUS
        .TP
        .B 0
        done; what was judged passed
        .TP
        .B 3
        wrong usage, or something could not be read or written
        .SH ENVIRONMENT
        .TP
        .B NAME
        used where \-\-name is not given
        .SH EXAMPLES
        The shortest line
        .RS
        .nf
        try\-it \-n x
        .fi
        .RE

        """#
    )
  }
}
