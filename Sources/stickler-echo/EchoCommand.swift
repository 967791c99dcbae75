import CommandLineKit
import Companions
import System
import Wire

let version = "0.1.0"

let echoCommand = Command(
  "stickler-echo",
  summary: "a UDP and TCP server whose answers say which pod gave them and whom it saw",
  discussion: """
    Serves any number of ports. What a UDP port answers depends on what comes:

      stun       STUN Binding requests (RFC 8489), with the pod and the node in the answer
      affinity   the affinity tester's requests, with the pod and the reflective address
      agnhost    hostname, clientip, and echo TEXT, as Kubernetes' own test server
      leader     whatever no other of its answers knows is answered by the leader alone (an echo unless
                 told otherwise), through the pod that was asked; {"status": true} tells who leads
      hello      anything, with "Hello UDP Client"
      echo       anything, with itself
      banner     anything, with itself, and before the first of a source a banner
      receive    anything is logged; only stickler-client broadcast gets an acknowledgement

    The last four take whatever comes: a port can have one of them.

    No answer is longer than its request by more than 256 bytes, answers are never answered, a loop falls silent, \
    and each address gets a bounded number of answers a second.
    """,
  version: version,
  options: Options.all,
  examples: [
    .init(
      "STUN, and the five systems' protocols on their own ports",
      """
      stickler-echo --udp 3478 --udp 20001=hello --udp 56789=affinity --udp 12000=receive \
      --udp 5678=banner --tcp 1234 --http 8080
      """
    ),
    .init(
      "what tells the pods apart",
      "MY_POD_NAME=echo-0 stickler-echo --udp 20001 --answer stun,hello"
    ),
  ],
  body: serve
)

/// Serves until a signal comes.
@Sendable
private func serve(_ arguments: Arguments, _ console: inout Console) throws(Failure) -> ExitCode {
  let configuration = try configuration(arguments)
  let journal = Journal(try arguments[Options.log])
  do {
    let signals = try StopSignals()
    let server = try EchoServer(configuration, journal: journal)
    try server.run(until: signals)
  } catch {
    let hint = error.isAddressInUse ? "; is another server running there?" : ""
    throw Failure("\(error)\(hint)")
  }
  return .pass
}

private func configuration(_ arguments: Arguments) throws(Failure) -> EchoServer.Configuration {
  let standard = try arguments[Options.answer]
  let host = hostName()
  var engine = EchoEngine.Configuration(
    pod: try arguments[Options.pod] ?? host,
    node: try arguments[Options.node] ?? "",
    hostName: host,
    software: "stickler-echo \(version)",
    seed: UInt64.random(in: 0...UInt64.max)
  )
  engine.namesInBanner = try arguments[Options.bannerNames]
  engine.sessionLifetime = Interval(try arguments[Options.session])
  engine.sources = try arguments[Options.sources]
  engine.answersPerSecond = try arguments[Options.rate]
  var configuration = EchoServer.Configuration(engine: engine)
  configuration.bind = try arguments[Options.bind]
  var ports = try arguments[Options.udp]
  if let text = environmentVariable("PORT"), !text.isEmpty {
    guard let number = UInt16(text) else { throw Failure("PORT: '\(text)' is not a port") }
    if !ports.contains(where: { $0.number == number }) {
      ports.append(UDPPort(number: number, answers: nil))
    }
  }
  try checkOnce(ports.map(\.number), "--udp")
  configuration.udp = ports.map { EchoServer.Port($0.number, $0.answers ?? standard) }
  configuration.tcp = try arguments[Options.tcp]
  try checkOnce(configuration.tcp, "--tcp")
  configuration.http = try arguments[Options.http]
  guard !configuration.udp.isEmpty || !configuration.tcp.isEmpty else {
    throw Failure("nothing to serve: give --udp PORT or --tcp PORT (see 'stickler-echo --help')")
  }
  configuration.connections = try arguments[Options.connections]
  configuration.idleTimeout = Interval(try arguments[Options.idle])
  configuration.drain = Interval(try arguments[Options.drain])
  configuration.tellsDatagrams = try arguments[Options.logDatagrams]
  configuration.isQuiet = try arguments[Options.quiet]
  if configuration.udp.contains(where: { $0.answers.contains(.leader) }) {
    configuration.leader = try leaderConfiguration(arguments)
  }
  return configuration
}

/// A port can be served once; 0 is another one each time.
private func checkOnce(_ ports: [UInt16], _ option: String) throws(Failure) {
  var seen: Set<UInt16> = []
  for port in ports where port != 0 && !seen.insert(port).inserted {
    throw Failure("\(option) \(port) is given twice")
  }
}

private func leaderConfiguration(
  _ arguments: Arguments
) throws(Failure) -> LeaderConfiguration {
  let bind = try arguments[Options.bind]
  let own =
    try arguments[Options.podAddress] ?? (bind.isUnspecified ? interfaceAddresses().first : bind)
  guard let own else { throw Failure("this machine has no address: give --pod-ip IP") }
  var leader = LeaderConfiguration(own: own)
  leader.service = try arguments[Options.leaderService]
  leader.peers = try arguments[Options.leaderPeers]
  leader.preferred = try arguments[Options.leaderAddress]
  leader.heartbeat = Interval(try arguments[Options.leaderInterval])
  leader.resolution = Interval(nanoseconds: 2 * leader.heartbeat.nanoseconds)
  leader.key = (try arguments[Options.leaderKey]).flatMap { MessageKey($0) }
  return leader
}
