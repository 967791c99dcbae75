import Affinity
import CaptureFiles
import Cluster
import Collector
import CommandLineKit
import Live
import LiveCapture
import Reporting
import System
import Wire

/// `stickler watch`: what `analyze` says, of this machine's packets as they pass.
enum WatchCommand {
  static let jsonLines = Option(
    flag: "json-lines",
    section: "Output",
    "print events as they happen, one JSON object a line; the last one is the whole report"
  )
  static let lines = Option(
    flag: "lines",
    section: "Output",
    "print events as lines, even on a terminal"
  )
  static let directory = Option(
    "write",
    short: "w",
    .directory,
    section: "Files",
    "also keep the packets there, in a ring of savefiles"
  )
  static let command = Command(
    "watch",
    summary: "say it as it happens: sessions, moves and verdicts of this machine",
    discussion: """
      Captures on this machine's interfaces and analyzes what passes, as `stickler analyze` would: what it says at its end \
      is what `analyze` says of the same packets. On a terminal it shows a view that follows; elsewhere it prints a line \
      for everything that happens. It ends with q, Ctrl-C or --for, and prints the report.

      Keys: s sorts by another column, / filters, tab switches between sessions and incidents, arrows scroll, p holds the \
      view, ? lists the keys.
      """,
    options: WatchSession.options
      + [
        directory, lines, jsonLines, AnalyzeCommand.format, AnalyzeCommand.output,
        AnalyzeCommand.sessions, AnalyzeCommand.html, AnalyzeCommand.evidence,
      ],
    examples: [
      Command.Example("this node", "stickler watch --inventory cluster.json"),
      Command.Example("pods that come and go", "stickler watch -i 'veth*' -i eth0"),
      Command.Example("for a program", "stickler watch --json-lines --for 10m"),
      Command.Example("the packets behind what is found", "stickler watch --evidence proof.pcapng"),
    ],
    judges: true,
    body: run
  )

  static func run(_ arguments: Arguments, _ console: inout Console) throws(Failure) -> ExitCode {
    let inJSON = try arguments[jsonLines]
    let wantsLines = try arguments[lines]
    let isInteractive =
      !inJSON && !wantsLines && console.terminal.isTerminal && System.isTerminal(0)
    try AnalyzeCommand.outputs(arguments, [AnalyzeCommand.html, AnalyzeCommand.evidence])
      .check(against: [])
    let session = try WatchSession(
      arguments,
      keyboard: isInteractive ? 0 : nil,
      directory: try arguments[directory],
      evidence: try arguments[AnalyzeCommand.evidence]
    )
    var watch = try session.start(console)
    if isInteractive {
      try WatchScreen.run(&watch, style: console.style)
    } else {
      try WatchLines.run(&watch, inJSON: inJSON, &console)
    }
    let outcome = try watch.finish()
    if !isInteractive {
      try WatchLines.print(outcome.events, inJSON: inJSON, &console)
    }
    return try session.finish(&watch, outcome, inJSON: inJSON, &console)
  }
}
