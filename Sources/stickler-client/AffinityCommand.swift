import CommandLineKit
import Companions
import JSONText
import System
import Wire

/// How the affinity command's lines look.
enum AffinityStyle: String, CaseIterable, Sendable {
  case stickler
  case affinityTester = "affinity-tester"
}

enum AffinityOptions {
  static let host = Argument<Target?>(
    optional: "HOST",
    .target,
    "whom to ask: a name or an address, and a port (else TARGET_ADDR and TARGET_PORT)"
  )
  static let address = Option("target-addr", .text("HOST"), environment: "TARGET_ADDR", "as HOST")
  static let port = Option<UInt16?>(
    "target-port",
    short: "p",
    .port,
    environment: "TARGET_PORT",
    "the port (default: 3478, or that of --wire)"
  )
  static let envFile = Option(
    "env-file",
    .file,
    "a file with TARGET_ADDR=… and TARGET_PORT=…, as the affinity tester's env.list"
  )
  static let wire = Option<ClientWire>("wire", .choice, default: .stun, "the protocol to ask in")
  static let clients = Option(
    "clients",
    short: "n",
    .integer(in: 1...10_000),
    default: 11,
    "how many clients ask, each from a port of its own"
  )
  static let interval = Option<Duration?>(
    "interval",
    short: "i",
    .duration(in: .milliseconds(1)...(.seconds(86_400))),
    "how often each client asks (default: 1s; 20s in the affinity tester's style)"
  )
  static let duration = Option<Duration?>(
    "duration",
    short: "d",
    .duration(),
    "how long; 0 is until interrupted (default: 30s; 0 in the affinity tester's style)"
  )
  static let timeout = Option(
    "timeout",
    .duration(in: .milliseconds(1)...(.seconds(3_600))),
    default: .seconds(2),
    "when an answer is overdue"
  )
  static let style = Option<AffinityStyle>(
    "style",
    .choice,
    default: .stickler,
    "how lines look while it runs"
  )
  static let maximumLoss = Option<Double?>(
    "max-loss",
    Notation("PERCENT") { text throws(Failure) in
      guard let value = Double(text), (0...100).contains(value) else {
        throw Failure("'\(text)' is not between 0 and 100")
      }
      return value
    },
    "more lost than this breaks the promise too"
  )
  static let sources = Option(
    "from",
    .list(of: .parsed("IP", as: "an IP address")),
    default: [IPAddress](),
    section: "Traffic",
    "addresses of this host to send from; clients take them in turn"
  )
  static let firstPort = Option<UInt16?>(
    "from-port",
    .port,
    section: "Traffic",
    "the port of the first client of each address, the next one its second's (default: any free ones)"
  )
  static let requests = Option<Int?>(
    "requests",
    .integer(in: 1...1_000_000_000),
    section: "Traffic",
    "so many requests of each client, and no more"
  )
  static let times = Option(
    "at",
    .list(of: .duration(in: .seconds(0)...(.seconds(86_400)))),
    default: [Duration](),
    section: "Traffic",
    "when each client asks, counted from the start, in place of --interval"
  )
  static let burst = Option(
    "burst",
    .integer(in: 1...10_000),
    default: 1,
    section: "Traffic",
    "so many requests at once at each turn"
  )
  static let padding = Option(
    "padding",
    .integer(in: 0...60_000),
    default: 0,
    section: "Traffic",
    "bytes to make each request longer by, with --wire stun; a multiple of four"
  )
  static let identical = Option(
    flag: "identical",
    section: "Traffic",
    "all requests of a client are the very same datagram"
  )
  static let together = Option(
    flag: "together",
    section: "Traffic",
    "clients begin at once rather than spread over an interval"
  )
  static let log = Option<String?>(
    "log",
    .file,
    section: "Traffic",
    "where to write of every datagram, a JSON object a line"
  )
  static let all: [any OptionDescribing] = [
    address, port, envFile, wire, clients, interval, duration, timeout, style, maximumLoss,
    sources, firstPort, requests, times, burst, padding, identical, together, log,
    Option<Format>.format, Option<WhenToShow>.color, Option<Bool>.ipv4, Option<Bool>.ipv6,
  ]
}

let affinityCommand = Command(
  "affinity",
  summary: "ask again and again, and tell when another pod answers or sees another source",
  discussion: """
    Every client keeps its port. A change of pod or of the reflective address is told at once, with the client and \
    both values; at the end stands what each client saw.

    Kept (0): every client had one pod and one reflective address. Broken (1): one changed. Inconclusive (2): nothing \
    answered often enough, or the answers name no pod. Ports stay the same here: whether ClientIP affinity holds for \
    new ones is for 'stickler-client plan'.
    """,
  options: AffinityOptions.all,
  arguments: [AffinityOptions.host],
  examples: [
    .init("eleven clients for half a minute", "stickler-client affinity 192.0.2.7:3478"),
    .init(
      "as the affinity tester, against its own server",
      "stickler-client affinity --wire maartensmagic --style affinity-tester --env-file env.list"
    ),
  ],
  body: affinity
)

@Sendable
private func affinity(
  _ arguments: Arguments,
  _ console: inout Console
) throws(Failure) -> ExitCode {
  let style = try arguments[AffinityOptions.style]
  let wire = try arguments[AffinityOptions.wire]
  let isTester = style == .affinityTester
  var configuration = ClientRunner.Configuration(
    target: try affinityTarget(arguments, wire),
    seed: UInt64.random(in: 0...UInt64.max)
  )
  configuration.wire = wire
  configuration.clients = try arguments[AffinityOptions.clients]
  let interval = try arguments[AffinityOptions.interval] ?? .seconds(isTester ? 20 : 1)
  let duration = try arguments[AffinityOptions.duration] ?? .seconds(isTester ? 0 : 30)
  configuration.interval = Interval(interval)
  configuration.duration = duration == .seconds(0) ? nil : Interval(duration)
  configuration.timeout = Interval(try arguments[AffinityOptions.timeout])
  try shapeTraffic(&configuration, arguments)
  let log = try (try arguments[AffinityOptions.log]).map(DatagramLog.init)
  let format = try arguments[.format]
  do throws(SystemError) {
    let signals = try StopSignals()
    let runner = try ClientRunner(configuration)
    var view = AffinityView(style, format, console, at: .now())
    runner.run { record, event in
      view.tell(record, event)
    } log: { record, datagram in
      log?.tell(record, datagram)
    } pause: { now in
      view.pause(runner.records, at: now)
      return signals.take() != nil
    }
    view.finish()
    let report = AffinityReport(
      runner,
      configuration,
      maximumLoss: (try? arguments[AffinityOptions.maximumLoss]) ?? nil
    )
    do throws(Failure) {
      switch format {
      case .json: try console.out.write(report.json)
      case .text: try report.print(to: &console)
      }
    } catch {
      throw SystemError("write the report", code: 5)
    }
    return report.verdict
  } catch {
    throw error.failure
  }
}

/// What the section "Traffic" of the options says.
private func shapeTraffic(
  _ configuration: inout ClientRunner.Configuration,
  _ arguments: Arguments
) throws(Failure) {
  configuration.sources = try arguments[AffinityOptions.sources]
  let target = configuration.target.address
  if let other = configuration.sources.first(where: { $0.isV4 != target.isV4 }) {
    throw Failure("--from \(other): the target, \(target), is of the other family")
  }
  configuration.firstPort = try arguments[AffinityOptions.firstPort]
  if let first = configuration.firstPort {
    let perSource = (configuration.clients - 1) / max(1, configuration.sources.count)
    guard Int(first) + perSource <= Int(UInt16.max) else {
      throw Failure("--from-port \(first): so many clients go beyond port 65535")
    }
  }
  configuration.requests = try arguments[AffinityOptions.requests].map { UInt32($0) }
  let times = try arguments[AffinityOptions.times].map(Interval.init)
  if !times.isEmpty { configuration.schedules = [times] }
  for (earlier, later) in zip(times, times.dropFirst()) where later < earlier {
    throw Failure("--at: \(later.text) stands after \(earlier.text); give the times as they come")
  }
  configuration.burst = try arguments[AffinityOptions.burst]
  configuration.padding = try arguments[AffinityOptions.padding]
  guard configuration.padding == 0 || configuration.wire == .stun else {
    throw Failure("--padding: only --wire stun has a place for it")
  }
  guard configuration.padding % 4 == 0 else {
    throw Failure("--padding \(configuration.padding): not a multiple of four")
  }
  configuration.isIdentical = try arguments[AffinityOptions.identical]
  configuration.startsTogether = try arguments[AffinityOptions.together]
}

/// The target: HOST, or what the environment or its file says.
private func affinityTarget(
  _ arguments: Arguments,
  _ wire: ClientWire
) throws(Failure) -> Endpoint {
  var target = try arguments[AffinityOptions.host]
  var port = try arguments[AffinityOptions.port]
  var host = try arguments[AffinityOptions.address]
  if let path = try arguments[AffinityOptions.envFile] {
    let file = try EnvironmentFile(path)
    host = file["TARGET_ADDR"] ?? host
    if let text = file["TARGET_PORT"] {
      guard let number = UInt16(text), number > 0 else {
        throw Failure("\(path): TARGET_PORT '\(text)' is not a port")
      }
      port = port ?? number
    }
  }
  if target == nil, let host {
    guard let parsed = Target(host) else {
      throw Failure("TARGET_ADDR: '\(host)' is neither a name nor an address")
    }
    target = parsed
  }
  guard var target else { throw Failure("no HOST: give one, or TARGET_ADDR in the environment") }
  target.port = target.port ?? port
  let usual: UInt16 =
    switch wire {
    case .stun: 3_478
    case .maartensmagic: 56_789
    case .hello: 20_001
    case .agnhost: 8_081
    }
  return try endpoint(target, usualPort: usual, arguments)
}
