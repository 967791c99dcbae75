import CommandLineKit
import Companions
import JSONText
import System
import Wire

private let usualPort: UInt16 = 12_000
private let hostArgument = Argument<Target>.host(usualPort: "\(usualPort)")
private let setOption = Option<IPAddress?>(
  "set",
  .parsed("IP", as: "an IP address"),
  "make the pod with this address the leader"
)
private let keyOption = Option(
  "leader-key",
  .text("SECRET"),
  environment: "LEADER_KEY",
  "the secret that the pods sign with"
)
private let timeoutOption = Option(
  "timeout",
  .duration(in: .milliseconds(1)...(.seconds(3_600))),
  default: .seconds(1),
  "how long to wait for answers"
)

let leaderCommand = Command(
  "leader",
  summary: "ask every pod of a headless service who leads, or name another leader",
  discussion: """
    Asks each address that the name resolves to, and prints what each says. All agree on one leader is 0, they do \
    not 1, nobody answers 2. With --set the order goes to each, and the question follows when they had time to obey.
    """,
  options: [
    setOption, keyOption, timeoutOption, Option<Format>.format, Option<WhenToShow>.color,
    Option<Bool>.ipv4, Option<Bool>.ipv6,
  ],
  arguments: [hostArgument],
  examples: [
    .init("who leads?", "stickler-client leader headless-udp:12000"),
    .init("make it another", "stickler-client leader headless-udp --set 10.244.1.7"),
  ],
  body: leader
)

@Sendable
private func leader(_ arguments: Arguments, _ console: inout Console) throws(Failure) -> ExitCode {
  let target = try arguments[hostArgument]
  let port = target.port ?? usualPort
  let key = (try arguments[keyOption]).flatMap { MessageKey($0) }
  let timeout = Interval(try arguments[timeoutOption])
  let pods = try addresses(of: target.host, arguments).map { Endpoint($0, port) }
  let wanted = try arguments[setOption]
  var states: [(Endpoint, LeaderState?)] = []
  do throws(SystemError) {
    if let wanted {
      _ = try ask(.set(wanted), pods, key, timeout)
      // A transfer takes a round trip or two; a slow one is asked about until the time is over.
      let end = Instant.now() + .seconds(5)
      repeat {
        sleep(until: Instant.now() + .milliseconds(100))
        states = try ask(.status, pods, key, timeout)
      } while Instant.now() < end && !states.allSatisfy { $0.1 == nil || $0.1?.leader == wanted }
    } else {
      states = try ask(.status, pods, key, timeout)
    }
  } catch {
    throw error.failure
  }
  let answered = states.compactMap(\.1)
  let leaders = Set(answered.map(\.leader))
  let agreed = leaders.count == 1 ? leaders.first ?? nil : nil
  let code: ExitCode =
    answered.isEmpty
    ? .inconclusive
    : agreed == nil || (wanted != nil && agreed != wanted) ? .violation : .pass
  switch try arguments[.format] {
  case .text: try print(states, agreed, wanted, code, &console)
  case .json: try console.out.line(json(states, agreed))
  }
  return code
}

/// Asks each pod, and waits for the answers.
private func ask(
  _ message: LeaderMessage,
  _ pods: [Endpoint],
  _ key: MessageKey?,
  _ timeout: Interval
) throws(SystemError) -> [(Endpoint, LeaderState?)] {
  var states: [Endpoint: LeaderState] = [:]
  for isV4 in [true, false] {
    let family = pods.filter { $0.address.isV4 == isV4 }
    guard !family.isEmpty else { continue }
    let any = isV4 ? IPAddress(v4: 0) : IPAddress(high: 0, low: 0)
    let socket = try UDPSocket(bind: Endpoint(any, 0))
    var batch = DatagramBatch(capacity: 64)
    let request = message.encoded(key: key, at: .now(), padding: 1_000)
    for pod in family { _ = socket.send(request.span, to: pod) }
    let end = Instant.now() + timeout
    while Instant.now() < end, !family.allSatisfy({ states[$0] != nil }) {
      for index in 0..<batch.receive(from: socket) {
        let read = try? LeaderMessage(batch.payload(index), key: key, at: .now())
        if case .state(let state) = read { states[batch.source(index)] = state }
      }
      sleep(until: Instant.now() + .milliseconds(1))
    }
  }
  return pods.map { ($0, states[$0]) }
}

private func print(
  _ states: [(Endpoint, LeaderState?)],
  _ agreed: IPAddress?,
  _ wanted: IPAddress?,
  _ code: ExitCode,
  _ console: inout Console
) throws(Failure) {
  var table = Table([
    .init("ASKED"), .init("POD"), .init("ROLE"), .init("LEADER"), .init("TERM", .right),
    .init("LIST", minimumWidth: 8),
  ])
  for (pod, state) in states {
    table.append([
      .init(pod.description), .init(state?.pod ?? "-"),
      .init(state?.role ?? "no answer", state == nil ? .yellow : nil),
      .init(state?.leader?.description ?? "-"), .init(state.map { "\($0.term)" } ?? "-"),
      .init(state?.list.map(\.description).joined(separator: " ") ?? "-"),
    ])
  }
  try table.print(to: &console)
  switch code {
  case .pass: try console.out.line("\(console.style.green("agreed")): \(agreed?.description ?? "")")
  case .violation:
    let what = wanted.map { agreed == nil ? "" : "; it is not \($0)" } ?? ""
    let leader = agreed.map { "the leader is \($0)" } ?? "the pods do not agree on a leader"
    try console.out.line("\(console.style.red("broken")): \(leader)\(what)")
  case .inconclusive, .failure:
    try console.out.line("\(console.style.yellow("inconclusive")): nobody answered")
  }
}

private func json(_ states: [(Endpoint, LeaderState?)], _ agreed: IPAddress?) -> String {
  var writer = JSONWriter(.compact)
  func write(_ text: String?, _ name: String, _ writer: inout JSONWriter) {
    writer.key(name)
    if let text { writer.string(text) } else { writer.null() }
  }
  writer.object { writer in
    writer.key("schema")
    writer.string("stickler.leader/1")
    write(agreed?.description, "leader", &writer)
    writer.key("pods")
    writer.array { writer in
      for (pod, state) in states {
        writer.object { writer in
          write(pod.description, "asked", &writer)
          write(state?.pod, "pod", &writer)
          write(state?.role, "role", &writer)
          write(state?.leader?.description, "leader", &writer)
          writer.key("term")
          if let state { writer.integer(state.term) } else { writer.null() }
        }
      }
    }
  }
  return String(decoding: writer.bytes, as: UTF8.self)
}
