import CommandLineKit
import Companions
import JSONText
import System
import Wire

private let usualPort: UInt16 = 3_478
private let hostArgument = Argument<Target>.host(usualPort: "\(usualPort)")
private let unrepliedOption = Option(
  "unreplied-timeout",
  .duration(in: .seconds(1)...(.seconds(86_400))),
  default: .seconds(30),
  "how long connection tracking keeps a new UDP flow"
)
private let streamOption = Option(
  "stream-timeout",
  .duration(in: .seconds(1)...(.seconds(86_400))),
  default: .seconds(120),
  "how long it keeps one that was answered for two seconds"
)
private let marginOption = Option(
  "margin",
  .duration(in: .milliseconds(100)...(.seconds(3_600))),
  default: .seconds(5),
  "how much before and after these a client asks again"
)
private let noIdleOption = Option(flag: "no-idle", "leave out what takes longer than seconds")
private let clientIPOption = Option(
  flag: "client-ip",
  "the service promises ClientIP affinity: all ports of an address on one pod"
)
private let timeoutOption = Option(
  "timeout",
  .duration(in: .milliseconds(10)...(.seconds(60))),
  default: .seconds(1),
  "when an answer is lost"
)

let planCommand = Command(
  "plan",
  summary: "run the experiments that tell the causes of a move apart",
  discussion: """
    A steady flow is held by connection tracking alone. So: new ports from one address (ClientIP affinity), silences \
    just shorter and longer than the timeouts, identical and large datagrams, several at once at the start of a flow. \
    One line each: what held, what did not, and which mode of the catalogue that suggests ('stickler explain').

    Kept is 0, broken 1. Where only one pod was ever seen nothing could have moved, and where nothing answered nothing \
    is known: 2.
    """,
  options: [
    unrepliedOption, streamOption, marginOption, noIdleOption, clientIPOption, timeoutOption,
    Option<Format>.format, Option<WhenToShow>.color, Option<Bool>.ipv4, Option<Bool>.ipv6,
  ],
  arguments: [hostArgument],
  examples: [
    .init("everything, two minutes", "stickler-client plan 192.0.2.7:3478 --client-ip"),
    .init("what is quick", "stickler-client plan --no-idle 192.0.2.7:3478"),
  ],
  body: plan
)

@Sendable
private func plan(_ arguments: Arguments, _ console: inout Console) throws(Failure) -> ExitCode {
  var base = ClientRunner.Configuration(
    target: try endpoint(try arguments[hostArgument], usualPort: usualPort, arguments),
    seed: UInt64.random(in: 0...UInt64.max)
  )
  base.timeout = Interval(try arguments[timeoutOption])
  base.duration = nil
  var found: [(PlanExperiment, [ClientRecord])] = []
  let isInterrupted = try experiment(base, arguments, StatusLine(console), &found)
  let answered = found.reduce(0) { $0 + $1.1.reduce(0) { $0 + $1.answered } }
  let refused = found.reduce(0) { $0 + $1.1.reduce(0) { $0 + $1.refused } }
  var names: Set<String> = []
  for (_, records) in found {
    for record in records { names.formUnion(record.pods.map(\.name)) }
  }
  let promisesClientIP = try arguments[clientIPOption]
  let rows = found.map { experiment, records in
    experiment.judge(
      records,
      podsSeen: names.count,
      isAnswering: answered > 0,
      promisesClientIP: promisesClientIP
    )
  }
  let code: ExitCode =
    rows.contains(where: \.isBroken)
    ? .violation : names.count < 2 || isInterrupted ? .inconclusive : .pass
  switch try arguments[.format] {
  case .text:
    let silence =
      answered > 0
      ? nil
      : refused > 0
        ? "nothing answered, and \(refused) ICMP errors came back: a port is closed, or a host unreachable"
        : "nothing answered: does anybody listen at \(base.target)?"
    try print(rows, names.count, code, base.target, silence, &console)
  case .json: try console.out.write(json(rows, code, base.target))
  }
  return code
}

/// Runs the experiments; whether a signal cut them short.
private func experiment(
  _ base: ClientRunner.Configuration,
  _ arguments: Arguments,
  _ line: StatusLine,
  _ found: inout [(PlanExperiment, [ClientRecord])]
) throws(Failure) -> Bool {
  var status = line
  var isInterrupted = false
  do throws(SystemError) {
    let signals = try StopSignals()
    func run(
      _ name: String,
      _ change: (inout ClientRunner.Configuration) -> Void
    ) throws(SystemError) -> [ClientRecord] {
      guard !isInterrupted else { return [] }
      var configuration = base
      configuration.seed &+= UInt64(found.count)
      change(&configuration)
      let runner = try ClientRunner(configuration)
      let start = Instant.now()
      runner.run { _, _ in
      } pause: { now in
        status.show("\(name): \(now.since(start).text)", at: now)
        isInterrupted = signals.take() != nil
        return isInterrupted
      }
      return runner.records
    }
    found.append(
      (
        .steady,
        try run("steady") {
          ($0.clients, $0.interval, $0.requests) = (4, .milliseconds(100), 20)
        }
      )
    )
    found.append(
      (
        .newPorts,
        try run("new ports") {
          ($0.clients, $0.interval, $0.requests) = (40, .seconds(1), 1)
        }
      )
    )
    found.append(
      (
        .identical,
        try run("identical payloads") {
          ($0.clients, $0.interval, $0.requests) = (4, .milliseconds(100), 10)
          $0.isIdentical = true
        }
      )
    )
    found.append(
      (
        .large,
        try run("large datagrams") {
          ($0.clients, $0.interval, $0.requests) = (4, .milliseconds(200), 5)
          $0.padding = 4_000
        }
      )
    )
    found.append(
      (
        .burst,
        try run("burst at the start") {
          ($0.clients, $0.interval, $0.requests) = (40, .milliseconds(400), 8)
          $0.burst = 8
        }
      )
    )
    guard (try? arguments[noIdleOption]) != true else {
      status.clear()
      return isInterrupted
    }
    let schedules = try idleSchedules(arguments)
    let perExperiment = 6
    let records = try run("idle") {
      $0.clients = schedules.count * perExperiment
      $0.schedules = schedules
      // Their turns are far apart: what is overdue is so by then.
    }
    for (index, experiment) in PlanExperiment.idle.enumerated() where !records.isEmpty {
      found.append(
        (experiment, records.enumerated().filter { $0.offset % 4 == index }.map(\.element))
      )
    }
  } catch {
    throw error.failure
  }
  status.clear()
  return isInterrupted
}

private func idleSchedules(_ arguments: Arguments) throws(SystemError) -> [[Interval]] {
  func interval(_ option: Option<Duration>) throws(SystemError) -> Interval {
    do throws(Failure) {
      return Interval(try arguments[option])
    } catch {
      throw SystemError(error.message, code: 22)
    }
  }
  let (unreplied, stream, margin) = (
    try interval(unrepliedOption), try interval(streamOption), try interval(marginOption)
  )
  return PlanExperiment.idle.map {
    $0.schedule(unreplied: unreplied, stream: stream, margin: margin)
  }
}

private func print(
  _ rows: [PlanExperiment.Row],
  _ pods: Int,
  _ code: ExitCode,
  _ target: Endpoint,
  _ silence: String?,
  _ console: inout Console
) throws(Failure) {
  var table = Table([
    .init("EXPERIMENT"), .init("CLIENTS", .right), .init("SENT", .right),
    .init("ANSWERED", .right), .init("PODS", .right), .init("OUTCOME"),
    .init("SUGGESTS", minimumWidth: 12),
  ])
  for row in rows {
    let emphasis: Style.Emphasis? = row.isBroken ? .red : row.outcome == .held ? .green : .yellow
    table.append([
      .init(row.experiment.rawValue), .init("\(row.clients)"), .init("\(row.sent)"),
      .init("\(row.answered)"), .init("\(row.pods.count)"),
      .init(row.outcome.rawValue, emphasis), .init(row.suggests.isEmpty ? "-" : row.suggests),
    ])
  }
  try table.print(to: &console)
  switch code {
  case .pass: try console.out.line("\(console.style.green("kept")): \(pods) pods of \(target)")
  case .violation:
    let broken = rows.filter(\.isBroken).map(\.experiment.rawValue).joined(separator: ", ")
    try console.out.line("\(console.style.red("broken")): \(broken)")
  case .inconclusive, .failure:
    let reason =
      switch pods {
      case 0: silence ?? "no answer named a pod"
      case 1: "only one pod was ever seen, so nothing could have moved"
      default: "interrupted"
      }
    try console.out.line("\(console.style.yellow("inconclusive")): \(reason)")
  }
}

private func json(
  _ rows: [PlanExperiment.Row],
  _ code: ExitCode,
  _ target: Endpoint
) -> String {
  var writer = JSONWriter(.pretty)
  writer.object { writer in
    writer.key("schema")
    writer.string("stickler.plan/1")
    writer.key("target")
    writer.string(target.description)
    writer.key("exit_code")
    writer.integer(code.rawValue)
    writer.key("experiments")
    writer.array { writer in
      for row in rows {
        writer.object { writer in
          writer.key("name")
          writer.string(row.experiment.rawValue)
          writer.key("sent")
          writer.integer(row.sent)
          writer.key("answered")
          writer.integer(row.answered)
          writer.key("pods")
          writer.array { writer in
            for pod in row.pods { writer.string(pod) }
          }
          writer.key("outcome")
          writer.string(row.outcome.rawValue)
          writer.key("broken")
          writer.bool(row.isBroken)
          writer.key("suggests")
          writer.string(row.suggests)
        }
      }
    }
  }
  return String(decoding: writer.bytes, as: UTF8.self) + "\n"
}
