import CommandLineKit
import Companions
import JSONText
import Protocols
import System
import Wire

private let serviceOption = Option(
  required: "service",
  short: "s",
  .text("NAME"),
  environment: "SERVICE",
  "the name that resolves to every receiver"
)
private let messageOption = Option(
  required: "message",
  short: "m",
  .text("TEXT"),
  environment: "MESSAGE",
  "what to tell them"
)
private let portOption = Option(
  "port",
  short: "p",
  .port,
  default: 12_000,
  environment: "PORT",
  "the receivers' port"
)
private let everyOption = Option<Duration?>(
  "every",
  .duration(in: .milliseconds(10)...(.seconds(86_400))),
  "send again and again, resolving the name anew each time"
)
private let retriesOption = Option(
  "retries",
  .integer(in: 0...100),
  default: 3,
  "how often those that did not acknowledge are told again"
)
private let timeoutOption = Option(
  "timeout",
  .duration(in: .milliseconds(1)...(.seconds(3_600))),
  default: .seconds(1),
  "how long to wait for acknowledgements"
)
private let plainOption = Option(
  flag: "plain",
  "send the text alone and expect no acknowledgement: for receivers that are not ours"
)

let broadcastCommand = Command(
  "broadcast",
  summary: "tell every address of a name, and see who has heard",
  discussion: """
    Resolves all addresses of the name, of both families, and sends the text to each. stickler-echo's receivers \
    acknowledge by pod name; those that do not are told again. To be able to, the text ends with a line that names \
    the message; --plain sends the bytes of the text alone, as the original does.

    All acknowledged is 0, some missing 1. With --plain nothing is known of arrival: 2, or 3 where sending failed.
    """,
  options: [
    serviceOption, messageOption, portOption, everyOption, retriesOption, timeoutOption,
    plainOption,
    Option<Format>.format, Option<Bool>.ipv4, Option<Bool>.ipv6,
  ],
  examples: [.init("to all pods", "stickler-client broadcast -s headless-udp -m 'reload'")],
  body: broadcast
)

@Sendable
private func broadcast(
  _ arguments: Arguments,
  _ console: inout Console
) throws(Failure) -> ExitCode {
  try checkLength(of: try arguments[messageOption], isPlain: try arguments[plainOption])
  let signals = try opened { () throws(SystemError) in try StopSignals() }
  let socket = try opened { () throws(SystemError) in
    try UDPSocket(bind: Endpoint(IPAddress(high: 0, low: 0), 0))
  }
  let every = try arguments[everyOption].map { Interval($0) }
  var worst = ExitCode.pass
  var random = SystemRandomNumberGenerator()
  while true {
    let start = Instant.now()
    do throws(Failure) {
      let code = try broadcastOnce(arguments, &console, socket, random.next())
      if code != .pass { worst = code }
    } catch {
      guard every != nil else { throw error }
      console.report(error.message)
      worst = .failure
    }
    try console.out.flush()
    guard let every else { return worst }
    let next = start + every
    while Instant.now() < next {
      if signals.take() != nil { return worst }
      sleep(until: min(next, Instant.now() + .milliseconds(50)))
    }
    if signals.take() != nil { return worst }
  }
}

/// Tells a text that no datagram can hold before it fails at every address.
private func checkLength(of text: String, isPlain: Bool) throws(Failure) {
  let most = 65_507
  let length = Broadcast.Message(text: Array(text.utf8), id: isPlain ? nil : 0).encoded.count
  guard length <= most else {
    throw Failure("--message: \(length) bytes; a datagram holds \(most) at most")
  }
}

private func broadcastOnce(
  _ arguments: Arguments,
  _ console: inout Console,
  _ socket: borrowing UDPSocket,
  _ id: UInt64
) throws(Failure) -> ExitCode {
  let isPlain = try arguments[plainOption]
  let port = try arguments[portOption]
  let isText = try arguments[.format] == .text
  let timeout = Interval(try arguments[timeoutOption])
  let found = try addresses(of: try arguments[serviceOption], arguments)
  var round = BroadcastRound(
    try arguments[messageOption],
    id: isPlain ? nil : id,
    to: found
  )
  var batch = DatagramBatch(capacity: 64)
  var unsent = 0
  for _ in 0...(isPlain ? 0 : try arguments[retriesOption]) {
    for address in round.attempt() {
      let target = Endpoint(address, port)
      let bytes = round.message.encoded
      if case .failed(let code) = socket.send(bytes.span, to: target) {
        unsent += 1
        console.report("\(SystemError("send to \(target)", code: code))")
      } else if isText {
        try console.out.line(Broadcast.sentLine(to: address, at: .now()))
      }
    }
    try console.out.flush()
    guard !isPlain else { break }
    let end = Instant.now() + timeout
    while !round.isComplete, Instant.now() < end {
      let count = batch.receive(from: socket)
      try take(count, batch, &round, isText, &console)
      sleep(until: Instant.now() + .milliseconds(1))
    }
    if round.isComplete { break }
  }
  try conclude(round, isPlain, isText, &console)
  if isPlain { return unsent == 0 ? .inconclusive : .failure }
  return round.isComplete ? .pass : .violation
}

private func take(
  _ count: Int,
  _ batch: borrowing DatagramBatch,
  _ round: inout BroadcastRound,
  _ isText: Bool,
  _ console: inout Console
) throws(Failure) {
  for index in 0..<count {
    let address = batch.source(index).address
    guard let pod = round.receive(batch.payload(index), from: address), isText else { continue }
    try console.out.line(
      Broadcast.line("acknowledged by :\(pod) (\(address))", at: .now())
    )
  }
}

private func conclude(
  _ round: BroadcastRound,
  _ isPlain: Bool,
  _ isText: Bool,
  _ console: inout Console
) throws(Failure) {
  let missing = round.receivers.filter { $0.pod == nil }.map(\.address.description)
  guard isText else {
    var writer = JSONWriter(.compact)
    writer.object { writer in
      writer.key("schema")
      writer.string("stickler.broadcast/1")
      writer.key("discovered")
      writer.integer(round.receivers.count)
      writer.key("acknowledged")
      if isPlain { writer.null() } else { writer.integer(round.acknowledged) }
      writer.key("receivers")
      writer.array { writer in
        for receiver in round.receivers {
          writer.object { writer in
            writer.key("address")
            writer.string(receiver.address.description)
            writer.key("pod")
            if let pod = receiver.pod { writer.string(pod) } else { writer.null() }
            writer.key("attempts")
            writer.integer(receiver.attempts)
          }
        }
      }
    }
    try console.out.line(String(decoding: writer.bytes, as: UTF8.self))
    return
  }
  if isPlain {
    try console.out.line("\(round.receivers.count) discovered, arrival unknown (--plain)")
  } else {
    let tail = missing.isEmpty ? "" : "; missing: \(missing.joined(separator: ", "))"
    try console.out.line(
      "\(round.receivers.count) discovered, \(round.acknowledged) acknowledged\(tail)"
    )
  }
}
