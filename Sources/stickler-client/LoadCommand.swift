import CommandLineKit
import Companions
import System
import Wire

private let usualPort: UInt16 = 20_001
private let hostArgument = Argument<Target>.host(usualPort: "\(usualPort)")
private let rateOption = Option(
  "rate",
  short: "r",
  .integer(in: 0...100_000_000),
  default: 10_000,
  "datagrams a second; 0 is as many as the machine can"
)
private let durationOption = Option(
  "duration",
  short: "d",
  .duration(),
  default: .seconds(10),
  "how long; 0 is until interrupted"
)
private let sizeOption = Option(
  "size",
  Notation<ClosedRange<Int>>(
    "BYTES[-BYTES]",
    write: { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
  ) { text throws(Failure) in
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard let first = parts.first ?? nil, let last = parts.last ?? nil, parts.count <= 2,
      first >= 0, first <= last, last <= 65_507
    else { throw Failure("'\(text)' is no length of a payload, 0 to 65507, or a range of them") }
    return first...last
  },
  default: 64...64,
  "the payload's length"
)
private let sourcesOption = Option(
  "sources",
  .integer(in: 1...20_000),
  default: 16,
  "how many ports to send from"
)
private let rampOption = Option(
  "ramp",
  .duration(),
  default: .seconds(0),
  "for how long the rate rises from nothing"
)
private let payloadOption = Option<LoadGenerator.Payload>(
  "payload",
  .choice,
  default: .unique,
  "what datagrams carry: their number, always the same, anything, or a STUN request"
)
private let answersOption = Option(
  flag: "count-answers",
  "take the answers and count them; that costs some of the rate"
)

let loadCommand = Command(
  "load",
  summary: "send datagrams at a rate, for captures and measurements",
  discussion: """
    Sends in batches and says honestly what went out. Done is 0; where less than nine tenths of the wanted rate went \
    out, 1.
    """,
  options: [
    rateOption, durationOption, sizeOption, sourcesOption, rampOption, payloadOption, answersOption,
    Option<Format>.format, Option<Bool>.ipv4, Option<Bool>.ipv6,
  ],
  arguments: [hostArgument],
  examples: [
    .init(
      "fifty thousand a second of heartbeats for a minute",
      "stickler-client load 192.0.2.7:20001 -r 50000 -d 1m --payload identical"
    )
  ],
  body: load
)

@Sendable
private func load(_ arguments: Arguments, _ console: inout Console) throws(Failure) -> ExitCode {
  var configuration = LoadGenerator.Configuration(
    target: try endpoint(try arguments[hostArgument], usualPort: usualPort, arguments),
    seed: UInt64.random(in: 0...UInt64.max)
  )
  configuration.rate = try arguments[rateOption]
  let duration = try arguments[durationOption]
  configuration.duration = duration == .seconds(0) ? nil : Interval(duration)
  configuration.lengths = try arguments[sizeOption]
  configuration.sources = try arguments[sourcesOption]
  configuration.ramp = Interval(try arguments[rampOption])
  configuration.payload = try arguments[payloadOption]
  configuration.countsAnswers = try arguments[answersOption]
  let result = try generate(configuration, StatusLine(console))
  switch try arguments[.format] {
  case .text:
    let answers = configuration.countsAnswers ? ", \(result.answers) answers" : ""
    let refused = result.refused > 0 ? ", \(result.refused) refused by the kernel" : ""
    try console.out.line(
      "\(result.sent) sent to \(configuration.target) in \(result.elapsed.text): "
        + "\(Int(result.rate)) a second, "
        + "\(result.bytes) bytes\(answers)\(refused)"
    )
  case .json:
    let answers = configuration.countsAnswers ? "\(result.answers)" : "null"
    try console.out.line(
      "{\"schema\":\"stickler.load/1\",\"target\":\"\(configuration.target)\","
        + "\"sent\":\(result.sent),\"bytes\":\(result.bytes),"
        + "\"refused\":\(result.refused),\"answers\":\(answers),"
        + "\"elapsed_ms\":\(Int(result.elapsed.milliseconds)),\"rate\":\(Int(result.rate))}"
    )
  }
  let share =
    configuration.duration.map { 1 - configuration.ramp.inSeconds / $0.inSeconds / 2 } ?? 1
  let wanted = Double(configuration.rate) * share
  return configuration.rate == 0 || result.rate >= 0.9 * wanted ? .pass : .violation
}

private func generate(
  _ configuration: LoadGenerator.Configuration,
  _ line: StatusLine
) throws(Failure) -> LoadGenerator.Result {
  var status = line
  do throws(SystemError) {
    let signals = try StopSignals()
    let generator = try LoadGenerator(configuration)
    let result = generator.run { result, now in
      status.show("\(result.sent) sent, \(Int(result.rate)) a second", at: now)
      return signals.take() != nil
    }
    status.clear()
    return result
  } catch {
    throw error.failure
  }
}
