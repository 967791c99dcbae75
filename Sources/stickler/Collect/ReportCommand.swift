import Affinity
import Cluster
import Collector
import CommandLineKit
import JSONText
import KubernetesAPI
import Reporting

/// `stickler report`: what a collector said last, in every format.
enum ReportCommand {
  static let from = Option(
    required: "from",
    .text("URL|DB"),
    "the collector: its address, such as http://127.0.0.1:9470, or the file of its --db"
  )

  static let tokenFile = Option(
    "token-file",
    .file,
    "a file with the token that the collector asks readers for: that of its --http-token-file"
  )

  static let expect = Option(
    repeating: "expect",
    .list(of: Notation<Expectation>.choice("EXPECTATION")),
    "only what was said of these promises"
  )

  static let command = Command(
    "report",
    summary: "print what a collector said last",
    discussion: """
      Asks a collector for its latest report, or reads it from the file of its history, which may be in use, and prints it \
      as `stickler analyze` would. It ends with the verdict's exit code: of all, or of one service (--service), or of one \
      promise (--expect), which is inconclusive where nobody promised it.
      """,
    options: [
      from, tokenFile, LiveOptions.service, expect, AnalyzeCommand.format,
      AnalyzeCommand.output,
      AnalyzeCommand.sessions, AnalyzeCommand.html,
    ],
    examples: [
      Command.Example(
        "of a collector that runs",
        "stickler report --from http://127.0.0.1:9470 --token-file token"
      ),
      Command.Example(
        "does Local preserve the client's address?",
        "stickler report --from http://127.0.0.1:9470 --service default/dns --expect source-preserved"
      ),
      Command.Example("of one that has ended", "stickler report --from stickler.db --format json"),
    ],
    judges: true,
    body: run
  )

  static func run(_ arguments: Arguments, _ console: inout Console) throws(Failure) -> ExitCode {
    let place = try arguments[from]
    try AnalyzeCommand.outputs(arguments, [AnalyzeCommand.html]).check(against: [])
    let isURL = place.hasPrefix("http://") || place.hasPrefix("https://")
    var stored =
      isURL
      ? try fetched(place, try CollectOptions.token(arguments, tokenFile)) : try kept(in: place)
    let scope = ServiceScope(try arguments[LiveOptions.service])
    let expectations = Set(try arguments[expect].flatMap(\.self))
    stored.report = stored.report.narrowed(
      toNames: Set(scope.names.map(\.description)),
      fronts: scope.fronts,
      expectations: expectations
    )
    let printed = Printed(stored.report, events: stored.events)
    try AnalyzeCommand.write(printed, arguments, &console)
    try console.out.flush()
    return ExitCode(rawValue: Int32(stored.report.exitCode)) ?? .inconclusive
  }

  private static func kept(in path: String) throws(Failure) -> StoredReport {
    guard isThere(path) else {
      throw Failure("--from \(path): neither a URL (http://...) nor a file that is there")
    }
    do throws(StoreError) {
      let reader = try HistoryReader(path: path)
      guard let stored = try reader.latestReport() else {
        throw StoreError(path, "there is no report in it yet")
      }
      return stored
    } catch {
      throw Failure(error.description)
    }
  }

  private static func fetched(_ url: String, _ token: String?) throws(Failure) -> StoredReport {
    let base = url.hasSuffix("/") ? String(url.dropLast()) : url
    let bytes: [UInt8]
    do throws(AccessError) {
      bytes = try Download.bytes(
        of: "/api/v1/report",
        query: ["form": "stored"],
        at: base,
        token: token
      )
    } catch {
      throw Failure(error.description)
    }
    do throws(JSONError) {
      return try StoredReport(json: bytes)
    } catch {
      throw Failure("\(base): its answer is no report: \(error.reason)")
    }
  }
}
