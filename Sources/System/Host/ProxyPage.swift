public import Wire

/// What the kube-proxy of this machine says of itself, at the port that it has for that.
///
/// An agent in a pod sees no process but its own and may not read the kernel's rules; in the host's network it may ask.
public struct ProxyPage: Hashable, Sendable {
  /// In its own word: `iptables`, `ipvs`, `nftables`.
  public var mode: String
  /// When the process began.
  public var start: Timestamp?

  /// Where it answers, unless its `metricsBindAddress` is another.
  public static let endpoint = Endpoint(IPAddress(v4: 0x7f00_0001), 10_249)

  private static let modes: Set = ["iptables", "ipvs", "nftables"]
  /// Its metrics take some hundred kilobytes.
  private static let mostBytes = 4 << 20

  /// Asks; nil where nobody answers soon, or who answers is no kube-proxy.
  public static func read(
    at endpoint: Endpoint = endpoint,
    patience: Interval = .milliseconds(200)
  ) -> Self? {
    let end = Instant.now() + patience
    guard let said = answer(to: "/proxyMode", at: endpoint, by: end) else { return nil }
    let mode = String(decoding: said, as: UTF8.self).filter { !$0.isWhitespace }
    guard modes.contains(mode) else { return nil }
    let metrics = answer(to: "/metrics", at: endpoint, by: end)
    return Self(mode: mode, start: metrics.flatMap(start))
  }

  /// The process's beginning among its metrics: seconds since 1970, as in `process_start_time_seconds 1.73223221014e+09`.
  private static func start(in metrics: ArraySlice<UInt8>) -> Timestamp? {
    let name = "process_start_time_seconds ".utf8
    let lines = metrics.split(separator: UInt8(ascii: "\n"))
    guard let line = lines.first(where: { $0.starts(with: name) }),
      let seconds = Double(String(decoding: line.dropFirst(name.count), as: UTF8.self)),
      seconds > 0, seconds < 9e9
    else { return nil }
    return Timestamp(nanoseconds: Int64(seconds * 1_000_000_000))
  }

  /// The body of a good answer.
  private static func answer(to path: String, at endpoint: Endpoint, by end: Instant)
    -> ArraySlice<UInt8>?
  {
    guard let stream = try? TCPStream(connectingTo: endpoint) else { return nil }
    // Of version 1.0, so that the answer ends with the connection.
    let request = Array("GET \(path) HTTP/1.0\r\nHost: localhost\r\n\r\n".utf8)
    var sent = 0
    while sent < request.count {
      // Nothing is taken before the connection stands.
      guard let some = stream.write(request.span.extracting(sent..<request.count)) else {
        return nil
      }
      sent += some
      if some == 0, !wait(until: end) { return nil }
    }
    var bytes: [UInt8] = []
    while bytes.count < mostBytes {
      switch stream.read(upTo: 1 << 16) {
      case .bytes(let some): bytes += some
      case .nothing: if !wait(until: end) { return nil }
      case .ended: return body(of: bytes)
      }
    }
    return nil
  }

  /// What follows the headers of an answer that says 200.
  private static func body(of answer: [UInt8]) -> ArraySlice<UInt8>? {
    let good = ["HTTP/1.0 200 ", "HTTP/1.1 200 "]
    guard good.contains(where: { answer.starts(with: $0.utf8) }),
      let headersEnd = answer.firstRange(of: Array("\r\n\r\n".utf8))
    else { return nil }
    return answer[headersEnd.upperBound...]
  }

  /// Whether there was time left to wait a little.
  private static func wait(until end: Instant) -> Bool {
    let now = Instant.now()
    guard now < end else { return false }
    sleep(until: min(end, now + .milliseconds(1)))
    return true
  }
}
