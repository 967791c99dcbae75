import CommandLineKit
import Companions
import JSONText
import Protocols
import System
import Wire

private let usualUDPPort: UInt16 = 5_678
private let usualTCPPort: UInt16 = 1_234
private let hostArgument = Argument<Target>.host(
  usualPort: "\(usualUDPPort), over TCP \(usualTCPPort)"
)
private let tcpOption = Option(flag: "tcp", "over TCP (default: UDP)")
private let countOption = Option<Int?>(
  "count",
  short: "n",
  .integer(in: 1...1_000_000),
  "so many messages, each from a new port, instead of lines from standard input"
)
private let timeoutOption = Option(
  "timeout",
  .duration(in: .milliseconds(1)...(.seconds(3_600))),
  default: .seconds(2),
  "when an echo is lost"
)

let echoCommand = Command(
  "echo",
  summary: "send lines and check that they come back",
  discussion: """
    A line of standard input at a time over one connection, or --count messages, each over a connection of its own; \
    then the distribution over the pods is shown, as far as the servers' banners tell it.

    All echoed is 0, something lost, refused or changed 1, nothing echoed 2.
    """,
  options: [
    tcpOption, countOption, timeoutOption, Option<Format>.format, Option<Bool>.ipv4,
    Option<Bool>.ipv6,
  ],
  arguments: [hostArgument],
  examples: [
    .init("is it balanced?", "stickler-client echo --tcp --count 100 192.0.2.7:1234"),
    .init("a line at a time", "stickler-client echo 192.0.2.7:5678"),
  ],
  body: echo
)

/// What came of all the messages.
private struct Tally {
  var sent = 0
  var echoed = 0
  var different = 0
  var lost = 0
  var refused = 0
  var servers: [String: Int] = [:]
  var roundTrips = RoundTrips()

  mutating func add(_ outcome: EchoSession.Outcome, by server: String?) {
    sent += 1
    switch outcome {
    case .echoed(let time):
      echoed += 1
      roundTrips.add(time)
      servers[server ?? "(no banner)", default: 0] += 1
    case .different: different += 1
    case .lost: lost += 1
    case .refused: refused += 1
    }
  }

  var code: ExitCode {
    echoed == 0 ? .inconclusive : echoed == sent ? .pass : .violation
  }
}

@Sendable
private func echo(_ arguments: Arguments, _ console: inout Console) throws(Failure) -> ExitCode {
  let transport: EchoSession.Transport = try arguments[tcpOption] ? .tcp : .udp
  let usual = transport == .tcp ? usualTCPPort : usualUDPPort
  let target = try endpoint(try arguments[hostArgument], usualPort: usual, arguments)
  let timeout = Interval(try arguments[timeoutOption])
  let isText = try arguments[.format] == .text
  ignoreBrokenPipes()
  var tally = Tally()
  do throws(SystemError) {
    if let count = try? arguments[countOption] {
      for number in 1...count {
        let session = try EchoSession(transport, to: target, timeout: timeout)
        let outcome = session.exchange(Array("stickler echo \(number)\n".utf8))
        tally.add(outcome, by: session.server)
      }
    } else {
      let session = try EchoSession(transport, to: target, timeout: timeout)
      while let line = readLine(strippingNewline: false) {
        let outcome = session.exchange(Array(line.utf8))
        tally.add(outcome, by: session.server)
        guard isText else { continue }
        let text =
          switch outcome {
          case .echoed(let time):
            "\(line.trimmedEnd) (\(session.server ?? "\(target)"), \(time.text))"
          case .different(let bytes):
            "different: \(String(decoding: bytes, as: UTF8.self).trimmedEnd.printable)"
          case .lost: "lost: nothing within \(timeout.text)"
          case .refused: "refused: the port is closed, or the host unreachable"
          }
        write(text + "\n", to: 1)
      }
    }
  } catch {
    throw error.failure
  }
  try print(tally, target, isText, &console)
  return tally.code
}

private func print(
  _ tally: Tally,
  _ target: Endpoint,
  _ isText: Bool,
  _ console: inout Console
) throws(Failure) {
  let servers = tally.servers.sorted {
    $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key
  }
  guard isText else {
    try console.out.line(json(tally, servers))
    return
  }
  if servers.count > 1 || tally.sent > 1, tally.echoed > 0 {
    var table = Table([.init("SERVER"), .init("MESSAGES", .right), .init("SHARE", .right)])
    for (server, count) in servers {
      table.append([.init(server), .init("\(count)"), .init("\(100 * count / tally.echoed) %")])
    }
    try table.print(to: &console)
  }
  let refused = tally.refused > 0 ? ", \(tally.refused) refused" : ""
  let median = tally.roundTrips.percentile(0.5).map { ", median \($0.text)" } ?? ""
  try console.out.line(
    "\(tally.sent) sent to \(target), \(tally.echoed) echoed, \(tally.different) different, "
      + "\(tally.lost) lost\(refused)\(median)"
  )
}

private func json(_ tally: Tally, _ servers: [(key: String, value: Int)]) -> String {
  var writer = JSONWriter(.compact)
  writer.object { writer in
    writer.key("schema")
    writer.string("stickler.echo/1")
    let counts = [
      ("sent", tally.sent), ("echoed", tally.echoed), ("different", tally.different),
      ("lost", tally.lost), ("refused", tally.refused),
    ]
    for (name, count) in counts {
      writer.key(name)
      writer.integer(count)
    }
    writer.key("servers")
    writer.array { writer in
      for (server, count) in servers {
        writer.object { writer in
          writer.key("server")
          writer.string(server)
          writer.key("messages")
          writer.integer(count)
        }
      }
    }
  }
  return String(decoding: writer.bytes, as: UTF8.self)
}

extension String {
  fileprivate var trimmedEnd: String {
    var text = self[...]
    while text.last?.isNewline == true { text.removeLast() }
    return String(text)
  }
}
