import Agent
import CommandLineKit
import Exchange
import HTTPService
import Live
import System
import Wire

let version = "0.1.0"

let agentCommand = Command(
  "stickler-agent",
  summary: "watch this node for a collector",
  discussion: """
    Captures on this machine's interfaces, and tells a collector what was seen twice a second: which leg went into which, \
    from when to when, how many datagrams, what was refused. No byte of a payload leaves the node, unless \
    --evidence-ring keeps frames for a collector that asks. What the collector does not have yet waits in the spool, also \
    while the collector is away or this program is started again.

    Observations travel as IPFIX over TCP or TLS. The collector asks for a token or for a certificate; give --token-file, \
    or --tls-cert and --tls-key. Other collectors of IPFIX take them too.

    Once the capture is open it gives up what it does not need: root, capabilities, system calls, files.
    """,
  version: version,
  options: Options.all,
  examples: [
    Command.Example(
      "a node of a cluster",
      "stickler-agent --collector stickler-collector:4740 --tls-ca ca.crt --token-file token --spool /var/lib/stickler"
    ),
    Command.Example(
      "two services, told to nfcapd",
      "stickler-agent --port 53 --port 3478 --ipfix-udp 127.0.0.1:9995"
    ),
  ],
  body: watch
)

/// Watches until a signal comes.
@Sendable
private func watch(_ arguments: Arguments, _ console: inout Console) throws(Failure) -> ExitCode {
  let program = console.program
  let report: @Sendable (String) -> Void = { System.write("\(program): \($0)\n", to: 2) }
  let settings = try settings(arguments)
  let http = try arguments[Options.noHTTP] ? nil : arguments[Options.http]
  let access = try http.map { endpoint throws(Failure) in
    try AgentSetup.access(arguments, at: endpoint)
  }
  let sandbox = try AgentSetup.sandbox(arguments, settings, http)
  let source = try CaptureOptions.open(settings.live)
  if source.isFilterSlow { report(LiveNotice.slowFilter.description) }
  do {
    let agent = try Agent.start(settings, source, report: report) { () throws(SandboxError) in
      let entered = try sandbox.enter()
      report(entered.description)
    }
    var server: HTTPServer?
    if let http, let access {
      server = try AgentService.start(at: http, access: access, agent.health)
    }
    let whom = settings.collector.map { "\($0.host):\($0.port)" }
    let others = settings.datagrams.map { "\($0.host):\($0.port) over UDP" }
    report(
      "watching node \(settings.node) for "
        + [whom, others].compactMap(\.self).joined(separator: " and ")
        + (server.map { "; /metrics at http://\($0.endpoint)" } ?? "")
    )
    let health = agent.health
    try agent.run()
    server?.stop()
    tellCounts(health(), report)
  } catch {
    throw Failure("\(error)")
  }
  return .pass
}

private func tellCounts(_ health: AgentHealth, _ report: (String) -> Void) {
  report(
    "\(health.frames) frames captured, \(health.captureDropped) dropped for want of room in the kernel's buffer"
  )
  if health.untold > 0 {
    report("\(health.untold) records had no room until they could be told")
  }
}
