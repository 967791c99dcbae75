import CommandLineKit
import System
import Wire

/// Whom a command speaks with: a name or an address, with or without a port.
struct Target: Sendable {
  var host: String
  var port: UInt16?

  init(host: String, port: UInt16?) {
    self.host = host
    self.port = port
  }

  init?(_ text: String) {
    if let endpoint = Endpoint(text) {
      self.init(host: endpoint.address.description, port: endpoint.port)
    } else if IPAddress(text) != nil {
      self.init(host: text, port: nil)
    } else {
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      guard let name = parts.first, !name.isEmpty, parts.count <= 2 else { return nil }
      let port = parts.count == 2 ? UInt16(parts[1]) : nil
      guard parts.count == 1 || port != nil else { return nil }
      self.init(host: String(name), port: port)
    }
  }
}

extension Notation where Value == Target {
  static var target: Self {
    Self("HOST[:PORT]") { text throws(Failure) in
      guard let target = Target(text) else {
        throw Failure("'\(text)' is neither a name nor an address, with or without a port")
      }
      guard target.port != 0 else { throw Failure("'\(text)': nobody can be asked at port 0") }
      return target
    }
  }
}

extension Option where Value == Bool {
  static let ipv4 = Option(flag: "ipv4", short: "4", "use IPv4 addresses alone")
  static let ipv6 = Option(flag: "ipv6", short: "6", "use IPv6 addresses alone")
}

/// How results are printed.
enum Format: String, CaseIterable, Sendable {
  case text, json
}

extension Option where Value == Format {
  static let format = Option("format", short: "f", .choice, default: .text, "how to print results")
}

extension Argument where Value == Target {
  static func host(usualPort: String) -> Self {
    Self(
      "HOST",
      .target,
      "whom to ask: a name or an address, and a port (default: \(usualPort))"
    )
  }
}

/// The addresses of a target, of the families that were asked for.
func addresses(of host: String, _ arguments: Arguments) throws(Failure) -> [IPAddress] {
  let (v4, v6) = (try arguments[.ipv4], try arguments[.ipv6])
  guard !v4 || !v6 else { throw Failure("--ipv4 and --ipv6: give one of them, or none for both") }
  let found: [IPAddress]
  do {
    found = try resolve(host)
  } catch {
    throw Failure("\(error); is the name right, and is there a resolver?")
  }
  let wanted = found.filter { v4 == v6 || $0.isV4 == v4 }
  guard !wanted.isEmpty else {
    throw Failure("resolve \(host): no \(v4 ? "IPv4" : "IPv6") address")
  }
  return wanted
}

/// A target's first address, with its port or the protocol's usual one.
func endpoint(
  _ target: Target,
  usualPort: UInt16,
  _ arguments: Arguments
) throws(Failure) -> Endpoint {
  let all = try addresses(of: target.host, arguments)
  guard let first = all.first else { throw Failure("resolve \(target.host): no address") }
  return Endpoint(first, target.port ?? usualPort)
}

extension Interval {
  /// `0.31 ms`, `1.2 s`: three digits that count.
  var text: String {
    let (value, unit): (Double, String) =
      switch nanoseconds {
      case ..<1_000_000: (Double(nanoseconds) / 1e3, "µs")
      case ..<1_000_000_000: (Double(nanoseconds) / 1e6, "ms")
      default: (Double(nanoseconds) / 1e9, "s")
      }
    if value >= 100 { return "\(Int(value.rounded())) \(unit)" }
    let tenths = Int((value * (value >= 10 ? 10 : 100)).rounded())
    let scale = value >= 10 ? 10 : 100
    let fraction = String(tenths % scale)
    let zeros = String(repeating: "0", count: (scale == 10 ? 1 : 2) - fraction.utf8.count)
    return "\(tenths / scale).\(zeros)\(fraction) \(unit)"
  }

  /// In milliseconds, as results for machines have it.
  var milliseconds: Double { Double(nanoseconds) / 1e6 }
}

/// The time of day, for lines about what just happened.
func clockText() -> String {
  String(Timestamp.now().description.dropFirst(11).prefix(12))
}

/// What `body` opens, or why it could not be, as a user reads it.
func opened<Value: ~Copyable>(
  _ body: () throws(SystemError) -> Value
) throws(Failure) -> Value {
  do {
    return try body()
  } catch {
    throw error.failure
  }
}

extension SystemError {
  /// What a user reads.
  var failure: Failure { Failure(description) }
}
