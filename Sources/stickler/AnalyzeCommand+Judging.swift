import Affinity
import CommandLineKit
import Wire

extension AnalyzeCommand {
  static let expect = Option(
    repeating: "expect",
    .list(of: Notation<Expectation>.choice("EXPECTATION")),
    section: "Judging",
    "hold these against every service, instead of what each one's own object promises"
  )
  static let timeouts = Option(
    repeating: "timeouts",
    .list(of: .timeout),
    section: "Judging",
    "the nodes' conntrack timeouts in seconds, such as udp=30,stream=120"
  )
  static let proxyMode = Option(
    "proxy-mode",
    Notation<AnalysisFacts.ProxyMode>.choice("MODE"),
    section: "Judging",
    "how the nodes' service proxy works"
  )
  static let failOn = Option(
    repeating: "fail-on",
    .list(of: .mode),
    section: "Judging",
    "fail when one of these modes is found, even if it is explained"
  )
  static let ignore = Option(
    repeating: "ignore",
    .list(of: .mode),
    section: "Judging",
    "neither tell nor judge these modes; how many findings that left out stands in the report"
  )

  static let maxFlows = Option(
    "max-flows",
    .integer(in: 1_000...16_000_000, "N"),
    default: 8_000_000,
    "keep at most so many flows a node; the longest idle ones make room, and are counted"
  )

  /// What the user says of the cluster and of what matters.
  static func tell(_ settings: inout ClusterAnalyst.Settings, _ arguments: Arguments)
    throws(Failure)
  {
    let expectations = try arguments[expect].flatMap(\.self)
    if !expectations.isEmpty { settings.expectations = Set(expectations) }
    for timeout in try arguments[timeouts].flatMap(\.self) {
      switch timeout.kind {
      case .udp: settings.facts.udpTimeout = timeout.length
      case .stream: settings.facts.streamTimeout = timeout.length
      }
    }
    settings.facts.proxyMode = try arguments[proxyMode]
    settings.failingModes = Set(try arguments[failOn].flatMap { $0.map(\.id) })
    settings.ignoredModes = Set(try arguments[ignore].flatMap { $0.map(\.id) })
    if let both = settings.failingModes.intersection(settings.ignoredModes).min() {
      throw Failure("--fail-on \(both) and --ignore \(both): a mode cannot fail and be ignored")
    }
  }
}

/// One of conntrack's two timeouts for UDP.
struct ConntrackTimeout: Sendable {
  enum Kind: String, Sendable {
    /// For an entry that was not answered yet.
    case udp
    /// For one that was answered for two seconds.
    case stream
  }

  var kind: Kind
  var length: Interval
}

extension Notation where Value == ConntrackTimeout {
  static var timeout: Self {
    Self("udp=SECONDS") { text throws(Failure) in
      let parts = text.split(separator: "=", omittingEmptySubsequences: false)
      guard parts.count == 2, let kind = ConntrackTimeout.Kind(rawValue: String(parts[0])),
        let seconds = Double(parts[1]), seconds > 0, seconds <= 1e6
      else { throw Failure("'\(text)' is not udp=SECONDS or stream=SECONDS") }
      return ConntrackTimeout(kind: kind, length: Interval(nanoseconds: Int64(seconds * 1e9)))
    }
  }
}

extension Notation where Value == Mode {
  static var mode: Self {
    var notation = Self("MODE") { text throws(Failure) in
      guard let mode = Catalogue.mode(text) else {
        throw Failure("'\(text)' is no failure mode; `stickler explain` lists them")
      }
      return mode
    }
    notation.completion = .choices(Catalogue.inOrder.map(\.id))
    return notation
  }
}
