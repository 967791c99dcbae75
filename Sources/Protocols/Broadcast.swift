public import Wire

/// The broadcast pair's log lines, and the acknowledgement that the original lacks.
///
/// Our sender adds a line to its text that names the message; our receivers take it off, log the text, and answer
/// with the name and their own. Receivers of the original see one more line of text.
public enum Broadcast {
  private static let marker = "\n[stickler-ack "
  private static let word = "stickler-ack "
  private static let idLength = 16
  /// What the marker makes a message longer by.
  static let overhead = 15 + idLength + 1

  /// A message's text and, when our sender wants to know of its arrival, its number.
  public struct Message: Hashable, Sendable {
    public var text: [UInt8]
    public var id: UInt64?

    public init(text: [UInt8], id: UInt64?) {
      self.text = text
      self.id = id
    }

    /// Reads any datagram: what carries no marker is a text from somebody else.
    public init(_ bytes: Span<UInt8>) {
      let body = bytes.count - Broadcast.overhead
      guard body >= 0, bytes.holds("\n[stickler-ack ", at: body),
        bytes.holds("]", at: bytes.count - 1),
        let id = Broadcast.id(bytes.extracting(body + 15..<bytes.count - 1))
      else {
        self.init(text: bytes.array, id: nil)
        return
      }
      self.init(text: bytes.extracting(first: body).array, id: id)
    }

    public var encoded: [UInt8] {
      guard let id else { return text }
      return text + (Broadcast.marker + Broadcast.text(id) + "]").utf8
    }
  }

  /// That a receiver got a message.
  public struct Acknowledgement: Hashable, Sendable {
    public var id: UInt64
    public var pod: String

    public init(id: UInt64, pod: String) {
      self.id = id
      self.pod = pod
    }

    public init?(_ bytes: Span<UInt8>) {
      let head = Broadcast.word.utf8.count
      guard bytes.count >= head + Broadcast.idLength, bytes.count <= 512,
        bytes.holds("stickler-ack "),
        let id = Broadcast.id(bytes.extracting(head..<head + Broadcast.idLength))
      else { return nil }
      let rest = bytes.extracting(droppingFirst: head + Broadcast.idLength)
      self.init(id: id, pod: String(rest.text.drop { $0 == " " }).printable)
    }

    public var encoded: [UInt8] { Array("\(Broadcast.word)\(Broadcast.text(id)) \(pod)".utf8) }
  }

  public static func isAcknowledgement(_ bytes: Span<UInt8>) -> Bool {
    bytes.holds("stickler-ack ")
  }

  private static func text(_ id: UInt64) -> String {
    let digits = String(id, radix: 16)
    return String(repeating: "0", count: idLength - digits.utf8.count) + digits
  }

  private static func id(_ bytes: Span<UInt8>) -> UInt64? {
    guard bytes.count == idLength else { return nil }
    var id: UInt64 = 0
    for index in bytes.indices {
      switch bytes[index] {
      case 48...57: id = id << 4 | UInt64(bytes[index] - 48)
      case 97...102: id = id << 4 | UInt64(bytes[index] - 87)
      default: return nil
      }
    }
    return id
  }
}

extension Broadcast {
  /// The receiver's two lines for a message.
  public static func receivedLines(
    _ text: Span<UInt8>,
    from source: Endpoint,
    at time: Timestamp
  ) -> [String] {
    let client = "Client IP Address:\(PythonText.tuple(source))"
    return [
      line("Message from Client:\(PythonText.bytes(text)) \(client)", at: time),
      line("processing message", at: time),
    ]
  }

  /// The sender's line for an address.
  public static func sentLine(to address: IPAddress, at time: Timestamp) -> String {
    line("sent message to :\(address)", at: time)
  }

  public static func line(_ text: String, at time: Timestamp) -> String {
    "\(CalendarText(time).logging) - root - INFO - \(text)"
  }
}
