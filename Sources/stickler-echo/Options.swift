import CommandLineKit
import Companions
import Wire

/// The options of `stickler-echo`; each can stand in the environment instead.
enum Options {
  static let udp = Option(
    repeating: "udp",
    .udpPort,
    environment: "UDPPORT",
    "a UDP port to serve, with answers of its own or those of --answer; PORT in the environment is one more"
  )
  static let tcp = Option(
    repeating: "tcp",
    .port,
    environment: "TCPPORT",
    "a TCP port to serve: a banner, then what comes is sent back"
  )
  static let answer = Option(
    "answer",
    .answers,
    default: .stun,
    environment: "ANSWER",
    "what UDP ports answer"
  )
  static let bind = Option(
    "bind",
    .parsed("IP", as: "an IP address"),
    default: IPAddress(high: 0, low: 0),
    environment: "BIND",
    "the address to serve at; :: is every address, IPv4 too"
  )
  static let http = Option(
    "http",
    .httpEndpoint,
    environment: "HTTP",
    "where /metrics, /healthz and /readyz are"
  )
  static let pod = Option(
    "pod-name",
    .text("NAME"),
    environment: "MY_POD_NAME",
    section: "Identity",
    "the name of this pod, told in answers (default: the host's name)"
  )
  static let node = Option(
    "node-name",
    .text("NAME"),
    environment: "MY_NODE_NAME",
    section: "Identity",
    "the name of the node, told in answers"
  )
  static let bannerNames = Option(
    flag: "banner-names",
    environment: "BANNER_NAMES",
    section: "Identity",
    "add the pod and the node to banners"
  )
  static let session = Option(
    "session",
    .duration(in: .seconds(1)...(.seconds(86_400))),
    default: .seconds(60),
    environment: "SESSION",
    section: "Limits",
    "how long a silent UDP source is remembered"
  )
  static let sources = Option(
    "max-sources",
    .integer(in: 8...16_777_216),
    default: 65_536,
    environment: "MAX_SOURCES",
    section: "Limits",
    "how many UDP sources are remembered"
  )
  static let rate = Option(
    "rate-limit",
    .integer(in: 0...100_000_000),
    default: 100_000,
    environment: "RATE_LIMIT",
    section: "Limits",
    "answers a second to one address; 0 is no limit"
  )
  static let connections = Option(
    "max-connections",
    .integer(in: 1...1_000_000),
    default: 1_024,
    environment: "MAX_CONNECTIONS",
    section: "Limits",
    "how many TCP connections may be open"
  )
  static let idle = Option(
    "idle-timeout",
    .duration(in: .seconds(1)...(.seconds(86_400))),
    default: .seconds(300),
    environment: "IDLE_TIMEOUT",
    section: "Limits",
    "how long a TCP connection may be silent"
  )
  static let drain = Option(
    "drain",
    .duration(in: .seconds(0)...(.seconds(3_600))),
    default: .seconds(0),
    environment: "DRAIN",
    section: "Limits",
    "how long to serve on after SIGTERM, while /readyz says no"
  )
  static let log = Option<Journal.Format>(
    "log",
    .choice("FORMAT"),
    default: .text,
    environment: "LOG_FORMAT",
    section: "Logs",
    "how log lines look"
  )
  static let logDatagrams = Option(
    flag: "log-datagrams",
    environment: "LOG_DATAGRAMS",
    section: "Logs",
    "log every datagram, not only those of hello and receive"
  )
  static let quiet = Option(
    flag: "quiet",
    environment: "QUIET",
    section: "Logs",
    "log nothing but errors"
  )

  static let podAddress = Option<IPAddress?>(
    "pod-ip",
    .parsed("IP", as: "an IP address"),
    environment: "MY_POD_IP",
    section: "Leader",
    "this pod's address (default: --bind, or that of the first interface)"
  )
  static let leaderService = Option(
    "leader-service",
    .text("NAME"),
    environment: "LEADER_SERVICE",
    section: "Leader",
    "the headless service whose name resolves to all the pods"
  )
  static let leaderPeers = Option(
    "leader-peers",
    .list(of: .parsed("IP", as: "an IP address")),
    default: [IPAddress](),
    environment: "LEADER_PEERS",
    section: "Leader",
    "pods that are there in any case"
  )
  static let leaderAddress = Option<IPAddress?>(
    "leader-ip",
    .parsed("IP", as: "an IP address"),
    environment: "LEADER_IP",
    section: "Leader",
    "the pod that leads first"
  )
  static let leaderInterval = Option(
    "leader-interval",
    .duration(in: .milliseconds(50)...(.seconds(60))),
    default: .seconds(1),
    environment: "LEADER_INTERVAL",
    section: "Leader",
    "how often the leader says that it lives; three times that, and another takes over"
  )
  static let leaderKey = Option(
    "leader-key",
    .text("SECRET"),
    environment: "LEADER_KEY",
    section: "Leader",
    "a secret that signs all messages about the leader; unsigned ones are refused"
  )

  static let all: [any OptionDescribing] = [
    udp, tcp, answer, bind, http, pod, node, bannerNames, session, sources, rate, connections, idle,
    drain, podAddress, leaderService, leaderPeers, leaderAddress, leaderInterval, leaderKey, log,
    logDatagrams, quiet,
  ]
}

/// A UDP port as it is written: `20001`, or `20001=stun+hello`.
struct UDPPort: Sendable {
  var number: UInt16
  /// Nil for those of `--answer`.
  var answers: Answers?
}

extension Notation where Value == UDPPort {
  static var udpPort: Self {
    Self("PORT[=ANSWER+..]", write: { "\($0.number)" }) { text throws(Failure) in
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let number = UInt16(parts[0]) else {
        throw Failure("'\(parts[0])' is not a port")
      }
      let answers = parts.count == 2 ? try readAnswers(parts[1], separator: "+") : nil
      return UDPPort(number: number, answers: answers)
    }
  }
}

extension Notation where Value == Answers {
  static var answers: Self {
    var notation = Self(
      "ANSWER,..",
      write: { $0.names.joined(separator: ",") },
      read: { text throws(Failure) in try readAnswers(text[...], separator: ",") }
    )
    notation.choices = Answers.names
    notation.completion = .choices(Answers.names)
    return notation
  }
}

private func readAnswers(_ text: Substring, separator: Character) throws(Failure) -> Answers {
  var answers: Answers = []
  for name in text.split(separator: separator, omittingEmptySubsequences: false) {
    guard let answer = Answers(name: String(name)) else {
      throw Failure("'\(name)' is none of \(Answers.names.joined(separator: ", "))")
    }
    answers.insert(answer)
  }
  guard answers.isDecidable else {
    throw Failure(
      "'\(text)': of hello, echo, banner and receive a port can have one, as each takes whatever comes"
    )
  }
  return answers
}

extension Notation where Value == Endpoint {
  /// `8080`, which is every address, or `127.0.0.1:8080`.
  static var httpEndpoint: Self {
    Self("[IP:]PORT", write: { $0.description }) { text throws(Failure) in
      if let port = UInt16(text) { return Endpoint(IPAddress(high: 0, low: 0), port) }
      guard let endpoint = Endpoint(text) else {
        throw Failure("'\(text)' is neither a port nor an address with one")
      }
      return endpoint
    }
  }
}
