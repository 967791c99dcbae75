import CommandLineKit
import Companions
import Protocols
import System
import Wire

private let usualPort: UInt16 = 20_001
private let hostArgument = Argument<Target>.host(usualPort: "\(usualPort)")
private let countOption = Option(
  "count",
  short: "n",
  .integer(in: 1...1_000_000_000),
  default: 150,
  "how many messages"
)
private let intervalOption = Option(
  "interval",
  short: "i",
  .duration(in: .milliseconds(0)...(.seconds(86_400))),
  default: .seconds(1),
  "how often"
)
private let timeoutOption = Option(
  "timeout",
  .duration(in: .milliseconds(1)...(.seconds(3_600))),
  default: .seconds(2),
  "when a reply is lost"
)

let helloCommand = Command(
  "hello",
  summary: "send numbered greetings from one port, and print each with its reply",
  discussion: """
    The greeting client's messages and lines. A reply that does not come within the timeout is counted as lost, and \
    the next message is sent.

    All answered is 0, some lost 1, none answered 2. One steady flow stays with its pod by connection tracking alone: \
    what this shows is that somebody answers. Whether new ports of one address stay with one pod, 'stickler-client \
    plan' tells.
    """,
  options: [
    countOption, intervalOption, timeoutOption, Option<Format>.format, Option<Bool>.ipv4,
    Option<Bool>.ipv6,
  ],
  arguments: [hostArgument],
  examples: [.init("as the original", "stickler-client hello 192.0.2.7")],
  body: hello
)

@Sendable
private func hello(_ arguments: Arguments, _ console: inout Console) throws(Failure) -> ExitCode {
  let target = try endpoint(try arguments[hostArgument], usualPort: usualPort, arguments)
  let count = try arguments[countOption]
  let interval = Interval(try arguments[intervalOption])
  let timeout = Interval(try arguments[timeoutOption])
  let isText = try arguments[.format] == .text
  let signals = try opened { () throws(SystemError) in try StopSignals() }
  let local = try opened { () throws(SystemError) in try localAddress(toward: target) }
  let any = target.address.isV4 ? IPAddress(v4: 0) : IPAddress(high: 0, low: 0)
  let socket = try opened { () throws(SystemError) in
    try UDPSocket(bind: Endpoint(any, 0), reportsErrors: true)
  }
  var batch = DatagramBatch(capacity: 8)
  var (sent, answered, other) = (0, 0, 0)
  var isInterrupted = false
  let start = Instant.now()
  for number in 0..<count {
    let turn = start + Interval(nanoseconds: interval.nanoseconds * Int64(number))
    while Instant.now() < turn, !isInterrupted {
      isInterrupted = signals.take() != nil
      sleep(until: min(turn, Instant.now() + .milliseconds(50)))
    }
    if isInterrupted { break }
    let message = Hello.message(number, from: local)
    _ = socket.send(Array(message.utf8).span, to: target)
    sent += 1
    if isText {
      try console.out.line(" 1. Client Sent :  \(message)")
      try console.out.flush()
    }
    let end = Instant.now() + timeout
    var reply: String?
    while reply == nil, Instant.now() < end, !isInterrupted {
      for index in 0..<batch.receive(from: socket) where batch.source(index) == target {
        let payload = batch.payload(index)
        if !Hello.isAnswer(payload) { other += 1 }
        reply = text(payload)
      }
      if reply == nil {
        isInterrupted = signals.take() != nil
        sleep(until: Instant.now() + .milliseconds(1))
      }
    }
    guard let reply else {
      if isText { try console.out.line(" 2. Client received :  nothing within \(timeout.text)") }
      continue
    }
    answered += 1
    if isText { try console.out.line(" 2. Client received :  \(reply)") }
    try console.out.flush()
  }
  if isText {
    let strange = other > 0 ? ", \(other) of them no greeting" : ""
    try console.out.line(
      "\(sent) sent to \(target), \(answered) answered\(strange), \(sent - answered) lost"
    )
  } else {
    try console.out.line(
      "{\"schema\":\"stickler.hello/1\",\"sent\":\(sent),\"answered\":\(answered),"
        + "\"lost\":\(sent - answered)}"
    )
  }
  if answered == 0 { return .inconclusive }
  return answered == sent ? .pass : .violation
}

private func text(_ payload: Span<UInt8>) -> String {
  let bytes = [UInt8](capacity: payload.count) { output in
    for offset in payload.indices { output.append(payload[offset]) }
  }
  return String(decoding: bytes, as: UTF8.self).printable
}
