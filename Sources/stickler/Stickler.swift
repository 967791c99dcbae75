import CommandLineKit

/// The version that `--version` prints and that reports name.
let version = "0.1.0"

/// The command tree; every command is described in a file of its own.
let stickler = Command(
  "stickler",
  summary: "did the cluster keep its UDP clients with their pods?",
  discussion: """
    Reads packets captured on the nodes of a Kubernetes cluster and says which pod served which client, what address \
    the pod saw, and whether both stayed the same.
    """,
  version: version,
  options: [Option<WhenToShow>.progress, Option<WhenToShow>.color],
  examples: [
    Command.Example("what the nodes' captures hold", "stickler legs n1.pcap n2.pcap n3.pcap")
  ],
  subcommands: [
    AgentForwarding.command, AnalyzeCommand.command, CaptureCommand.command, CollectCommand.command,
    DoctorCommand.command, ExplainCommand.command, InventoryCommand.command, LegsCommand.command,
    ReportCommand.command, WatchCommand.command,
  ]
)

/// A free function: closures made in `main.swift` itself would be bound to the main actor.
func run() -> Never {
  AgentForwarding.becomeAgentIfAsked()
  stickler.runAndExit()
}
