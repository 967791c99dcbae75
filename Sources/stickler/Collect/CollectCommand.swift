import Affinity
import Cluster
import Collector
import CommandLineKit
import Live
import Reporting
import System
import Wire

/// `stickler collect`: what `analyze` says, of a whole cluster as it goes on.
enum CollectCommand {
  static let kubernetes = Option(
    flag: "kubernetes",
    section: "API server",
    "follow the cluster by its API server, as `stickler inventory` finds it"
  )

  static let command = Command(
    "collect",
    summary: "judge the whole cluster as it goes on, by what its agents observe",
    discussion: """
      Takes what the agents of all nodes observe (`stickler agent`), and analyzes it again and again: what it says is what \
      `stickler analyze` says of captures of the same packets. What agents told is on disk before they are told so, and a \
      collector that was killed goes on where it was; findings, sessions and verdicts are kept in a database.

      Agents are let in by a token or by a certificate. An agent that is late is waited for, one that is away becomes a \
      blind spot. The inventory is a file that may be written anew, or the API server itself (--kubernetes).

      It prints a line for everything that happens, ends with Ctrl-C or SIGTERM, and prints the report then.
      """,
    options: CollectOptions.all + CollectHTTP.options
      + [
        LiveOptions.inventory, kubernetes, InventoryCommand.kubeconfig, InventoryCommand.context,
        LiveOptions.service, WatchSession.refresh, CaptureOptions.stopAfter, AnalyzeCommand.expect,
        AnalyzeCommand.timeouts, AnalyzeCommand.proxyMode, AnalyzeCommand.failOn,
        AnalyzeCommand.ignore, WatchCommand.jsonLines, AnalyzeCommand.format,
        AnalyzeCommand.sessions, AnalyzeCommand.html,
      ],
    examples: [
      Command.Example(
        "in a cluster, with a token",
        "stickler collect --kubernetes --token-file token --db /var/lib/stickler/history.db"
      ),
      Command.Example(
        "on one machine, to try it",
        "stickler collect --insecure --listen 127.0.0.1:4739 --inventory cluster.json"
      ),
      Command.Example(
        "with certificates both ways",
        "stickler collect --tls-cert collector.pem --tls-key collector.key --tls-ca agents-ca.pem"
      ),
      Command.Example("what it said last", "stickler report --from stickler.db"),
    ],
    judges: true,
    body: run
  )

  static func run(_ arguments: Arguments, _ console: inout Console) throws(Failure) -> ExitCode {
    let inJSON = try arguments[WatchCommand.jsonLines]
    var settings = try CollectOptions.settings(arguments)
    settings.analyst.scope = ServiceScope(try arguments[LiveOptions.service])
    try AnalyzeCommand.tell(&settings.analyst, arguments)
    try check(arguments, settings)
    var lines: [String] = []
    let inventory = try CollectedInventory(arguments, settings, &lines)
    let signals = try InventoryCommand.stopSignals()
    var loop: CollectingLoop
    do throws(CollectorError) {
      loop = try CollectingLoop.begin(settings, inventory.history, inventory.desk, &lines)
    } catch {
      throw Failure(error.description)
    }
    try inventory.follow()
    for line in lines { console.warn(line) }
    let places = loop.endpoints.map(\.description).joined(separator: ", ")
    console.report("collecting at \(places); Ctrl-C ends it and prints the report")
    let service = try CollectHTTP.start(
      arguments,
      loop.state,
      loop.evidence,
      database: settings.database,
      console
    )
    defer { service?.stop() }
    let end = try arguments[CaptureOptions.stopAfter].map { Instant.now() + Interval($0) }
    while signals.take() == nil, end.map({ Instant.now() < $0 }) ?? true {
      inventory.passOn()
      let news = loop.step(
        until: min(end ?? .now() + .milliseconds(200), .now() + .milliseconds(200))
      )
      for line in news.lines { console.report(line) }
      if let outcome = news.outcome {
        service?.note()
        try WatchLines.print(outcome.events, inJSON: inJSON, &console)
      }
    }
    return try finish(&loop, inventory, inJSON, arguments, &console)
  }

  /// Tells of files that cannot be written before hours are spent on what goes into them.
  private static func check(
    _ arguments: Arguments,
    _ settings: CollectorSettings
  ) throws(Failure) {
    var outputs = OutputPaths(paths: [("db", settings.database)])
    if let path = try arguments[CollectOptions.report] { outputs.paths.append(("report", path)) }
    if let path = try arguments[AnalyzeCommand.html] { outputs.paths.append(("html", path)) }
    try outputs.check(against: [])
  }

  /// Prints the last report, and says how it ended.
  private static func finish(
    _ loop: inout CollectingLoop,
    _ inventory: CollectedInventory,
    _ inJSON: Bool,
    _ arguments: Arguments,
    _ console: inout Console
  ) throws(Failure) -> ExitCode {
    let outcome: ContinuousAnalyst.Outcome
    do throws(CollectorError) {
      let (last, lines) = try loop.finish()
      outcome = last
      for line in lines { console.report(line) }
    } catch {
      throw Failure(error.description)
    }
    try WatchLines.print(outcome.events, inJSON: inJSON, &console)
    let printed = Printed(outcome.report, outcome.inventory)
    let path = try arguments[CollectOptions.report]
    if inJSON {
      try writeJSONLine(of: outcome.report) { bytes throws(Failure) in
        try console.out.write(bytes: bytes)
      }
      try console.out.flush()
    }
    if inJSON, path == nil {
      try AnalyzeCommand.writePage(printed, arguments)
    } else {
      try AnalyzeCommand.write(printed, to: path, arguments, &console)
    }
    try console.out.flush()
    return ExitCode(rawValue: Int32(outcome.report.exitCode)) ?? .inconclusive
  }
}
