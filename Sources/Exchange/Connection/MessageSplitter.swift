/// Finds the messages in what a connection brings; what it keeps is never more than one message and a read.
struct MessageSplitter {
  private var buffer: [UInt8] = []
  private var start = 0

  enum Piece: Equatable {
    case message([UInt8])
    /// The rest has not come yet.
    case nothing
    /// What comes is no IPFIX.
    case garbage
  }

  mutating func append(_ bytes: [UInt8]) {
    if start > 0 {
      buffer.removeFirst(start)
      start = 0
    }
    buffer += bytes
  }

  /// Whether a message has begun and its end has not come.
  var isInside: Bool { buffer.count > start }

  mutating func next() -> Piece {
    guard let length = nextLength else { return .garbage }
    guard length > 0, buffer.count - start >= length else { return .nothing }
    let message = Array(buffer[start..<start + length])
    start += length
    return .message(message)
  }

  /// How long the next message is, 0 where that has not come yet; nil where it is none.
  private var nextLength: Int? {
    let rest = buffer.span.extracting(start..<buffer.count)
    // Known as soon as two bytes are there, and not only when a false length has been waited for.
    if rest.count >= 2, rest.integer16(at: 0) != MessageHeader.version { return nil }
    guard rest.count >= MessageHeader.byteCount else { return 0 }
    return MessageHeader(rest)?.length
  }
}
