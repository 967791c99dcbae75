internal import Exchange
internal import System

/// Reads a file of the log as what its agent told; a torn last message is left out.
struct LogReader: ~Copyable {
  /// What is wrong with the file, if something is.
  private(set) var damage: String?

  /// How many bytes were read as whole messages.
  var offset: UInt64 { reader.offset }

  private var reader: MessageReader
  private var decoder = MessageDecoder()
  private var hello: AgentHello?
  private var nextPlace: UInt64 = 0
  private let path: String

  init(path: String) throws(SystemError) {
    reader = try MessageReader(path: path)
    self.path = path
  }

  /// The next message that says anything; nil at the end.
  mutating func next() throws(SystemError) -> NodeMessage? {
    var message: [UInt8] = []
    while try reader.next(into: &message) {
      let before = decoder.counts.records
      var decoded = DecodedMessage()
      guard let header = MessageHeader(message.span),
        decoder.decode(message.span, into: &decoded)
      else { break }
      let count = decoder.counts.records - before
      if let said = decoded.hellos.last {
        let isOwn = hello == nil
        hello = said
        nextPlace = said.sequence
        // The first one is the log's own, and has no place.
        if isOwn { continue }
      } else {
        let missing = header.sequence &- UInt32(truncatingIfNeeded: nextPlace)
        if count > 0, missing < 1 << 31 { nextPlace += UInt64(missing) }
      }
      guard let hello else {
        damage = "\(path): it does not begin as a file of the log does; it is left out"
        return nil
      }
      let place = nextPlace
      nextPlace += UInt64(count)
      return NodeMessage(
        node: hello.node,
        epoch: hello.epoch,
        place: place,
        recordCount: count,
        decoded: decoded
      )
    }
    if case .damaged = reader.ending {
      damage = "\(path): byte \(reader.offset): this is no IPFIX message; what follows is left out"
    }
    return nil
  }
}
