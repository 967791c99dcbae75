internal import Exchange
internal import System
internal import Wire

/// Reads a file of the log as what its agent told; a torn last message is left out, and so is what is damaged.
struct LogReader: ~Copyable {
  /// How many bytes were read as whole messages, or passed over.
  var offset: UInt64 { reader.offset }

  private var reader: MessageReader
  private var decoder = MessageDecoder()
  private var hello: AgentHello?
  private var nextPlace: UInt64 = 0
  private var damagedBytes: UInt64 = 0
  /// Where the damage begins.
  private var damagedFrom: UInt64 = 0

  init(path: String) throws(SystemError) {
    reader = try MessageReader(path: path)
  }

  /// What of it could not be read.
  struct Damage: Hashable, Sendable {
    /// Whose agent told it; nil where nothing says.
    var node: String?
    var bytes: UInt64
    var from: UInt64
    /// It was told before.
    var before: Timestamp
  }

  var damage: Damage? {
    guard damagedBytes > 0 else { return nil }
    return Damage(
      node: hello?.node,
      bytes: damagedBytes,
      from: damagedFrom,
      before: reader.writtenAt
    )
  }

  /// The next message that says anything; nil at the end.
  mutating func next() throws(SystemError) -> NodeMessage? {
    var message: [UInt8] = []
    while true {
      guard try reader.next(into: &message) else {
        guard try passDamage() else { return nil }
        continue
      }
      if try isDoubtful(message) { continue }
      let before = decoder.counts
      var decoded = DecodedMessage()
      guard let header = MessageHeader(message.span),
        decoder.decode(message.span, into: &decoded), !hasFailed(since: before)
      else {
        leaveOut(UInt64(message.count), from: reader.offset - UInt64(message.count))
        continue
      }
      let count = decoder.counts.records - before.records
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
        // Nothing says whose it is.
        (damagedBytes, damagedFrom) = (reader.byteCount, 0)
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
  }

  /// Leaves a message out that ends where something else stands, and that with it: what was written over the one was most
  /// likely written over the end of the other.
  ///
  /// Where nothing follows, somebody has added to the file: all that is before is as it was.
  private mutating func isDoubtful(_ message: [UInt8]) throws(SystemError) -> Bool {
    let stood = reader.offset - UInt64(message.count)
    guard let domain = hello?.domain, try !reader.isFollowed(in: domain),
      try reader.resume(in: domain)
    else { return false }
    leaveOut(reader.offset - stood, from: stood)
    return true
  }

  /// Whether a message that has the form of one says what none does.
  private func hasFailed(since before: DecodingCounts) -> Bool {
    decoder.counts.malformed > before.malformed
      || decoder.counts.unknownTemplates > before.unknownTemplates
  }

  /// Goes on with the next message behind what is none; false where there is none.
  private mutating func passDamage() throws(SystemError) -> Bool {
    guard let ending = reader.ending, ending != .whole else { return false }
    let stood = reader.offset
    if let domain = hello?.domain, try reader.resume(in: domain) {
      leaveOut(reader.offset - stood, from: stood)
      return true
    }
    // A last message that a kill cut in two was not acknowledged: nothing is lost with it.
    if ending == .damaged || hello == nil { leaveOut(reader.byteCount - stood, from: stood) }
    return false
  }

  private mutating func leaveOut(_ count: UInt64, from place: UInt64) {
    if damagedBytes == 0 { damagedFrom = place }
    damagedBytes += count
  }
}
