import CommandLineKit

@main
enum Program {
  static func main() { run() }
}

/// Free, and not in `@main`: closures formed there would belong to the main actor.
func run() {
  clientCommand.runAndExit()
}

let version = "0.1.0"

let clientCommand = Command(
  "stickler-client",
  summary: "asks UDP services who serves them, and says whether that stays so",
  discussion: """
    The active half of Stickler: it makes the traffic, counts what comes back, and tells sessions that stay with their \
    pod from those that move. It speaks STUN with stickler-echo and any STUN server, the affinity tester's format, \
    the greeting, and the words of Kubernetes' test server.
    """,
  version: version,
  examples: [
    .init(
      "do eleven clients stay with their pods?",
      "stickler-client affinity echo.example.com:3478"
    ),
    .init("conntrack, ClientIP affinity or the balancer?", "stickler-client plan 192.0.2.7:3478"),
    .init("does every pod hear a broadcast?", "stickler-client broadcast -s headless-udp -m hello"),
  ],
  subcommands: [
    affinityCommand, planCommand, helloCommand, broadcastCommand, loadCommand, leaderCommand,
    echoCommand,
  ]
)
