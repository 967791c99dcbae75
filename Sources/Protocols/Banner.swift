public import Wire

/// The lines with which the echo server greets a source that it does not know yet.
///
///     Sat Nov 21 07:03:08 UTC 2026
///     Server: 10.244.1.7:5678
///     Client: 192.0.2.7:40000
///     (an empty line)
public enum Banner {
  /// No banner is longer: names that would make it so are left out.
  public static let maximumLength = 256

  public static func text(
    at time: Timestamp,
    server: Endpoint,
    client: Endpoint,
    pod: String? = nil,
    node: String? = nil
  ) -> String {
    var text = "\(CalendarText(time).date)\nServer: \(server)\nClient: \(client)\n"
    for (name, value) in [("Pod", pod), ("Node", node)] {
      guard let value, !value.isEmpty else { continue }
      let line = "\(name): \(value)\n"
      if text.utf8.count + line.utf8.count < maximumLength { text += line }
    }
    return text + "\n"
  }

  /// Whether bytes begin with a banner: such an answer is never answered.
  public static func isLikely(_ bytes: Span<UInt8>) -> Bool {
    length(bytes) != nil
  }

  /// How long the banner at the start of some bytes is.
  public static func length(_ bytes: Span<UInt8>) -> Int? {
    var line = 0
    var start = 0
    for index in 0..<min(bytes.count, maximumLength + 64) where bytes[index] == 10 {
      switch line {
      case 0: guard (20...40).contains(index) else { return nil }
      case 1: guard bytes.holds("Server: ", at: start) else { return nil }
      case 2: guard bytes.holds("Client: ", at: start) else { return nil }
      default: if index == start { return index + 1 }
      }
      line += 1
      start = index + 1
    }
    return nil
  }

  /// The values of a banner's lines.
  public struct Lines: Hashable, Sendable {
    public var server: Endpoint?
    public var client: Endpoint?
    public var pod: String?
    public var node: String?

    public init(
      server: Endpoint? = nil,
      client: Endpoint? = nil,
      pod: String? = nil,
      node: String? = nil
    ) {
      (self.server, self.client) = (server, client)
      (self.pod, self.node) = (pod, node)
    }
  }

  /// Reads the banner at the start of some bytes.
  public static func lines(_ bytes: Span<UInt8>) -> Lines? {
    guard let length = length(bytes) else { return nil }
    var lines = Lines()
    for line in bytes.extracting(first: length).text.split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = String(line[colon...].dropFirst(2))
      switch line[..<colon] {
      case "Server": lines.server = Endpoint(value)
      case "Client": lines.client = Endpoint(value)
      case "Pod": lines.pod = value.printable
      case "Node": lines.node = value.printable
      default: break
      }
    }
    return lines
  }
}
