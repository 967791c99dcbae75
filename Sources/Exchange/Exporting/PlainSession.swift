/// What a collector of another kind is given of a spool's messages.
///
/// It gets no runs that go on, which it would count beside what becomes of them. It gets no hellos either, which say where
/// records have their place: sequence numbers count what this session is given, so that it finds nothing missing, and
/// a collector of ours that was taken for another, since it answered too late, refuses this instead of taking it for all.
struct PlainSession {
  /// How many records the session was given, and from where on they count.
  private var sequence: UInt32
  private var decoder = MessageDecoder()

  init(sequence: UInt32) {
    self.sequence = sequence
  }

  /// A message as it is to be sent, or of one that was given already the templates alone; nil where nothing is left of it.
  mutating func rendering(of message: [UInt8], isGiven: Bool) -> [UInt8]? {
    guard let header = MessageHeader(message.span) else { return nil }
    var told = Array(message.prefix(MessageHeader.byteCount))
    var offset = MessageHeader.byteCount
    while offset + SetID.headerLength <= message.count {
      let id = message.span.integer16(at: offset)
      let length = Int(message.span.integer16(at: offset + 2))
      guard length >= SetID.headerLength, offset + length <= message.count else { break }
      if id < SetID.firstData || !isGiven && !RecordShape.isOurs(alone: id) {
        told += message[offset..<offset + length]
      }
      offset += length
    }
    guard told.count > MessageHeader.byteCount else { return nil }
    MessageHeader(
      length: told.count,
      exportTime: header.exportTime,
      sequence: sequence,
      domain: header.domain
    ).write(to: &told)
    let before = decoder.counts.records
    var decoded = DecodedMessage()
    _ = decoder.decode(told.span, into: &decoded)
    sequence &+= UInt32(truncatingIfNeeded: decoder.counts.records - before)
    return told
  }
}

extension RecordShape {
  /// Whether a template of this number is for records between agents and their collector alone: hellos, and runs that go on.
  fileprivate static func isOurs(alone templateID: UInt16) -> Bool {
    // A kind has all bits below those of what may be missing.
    let (shape, kind) = (templateID &- 256, Part.v6.bit - 1)
    var ongoing = Self(.run)
    ongoing.insert(.ongoing)
    return shape & kind == Self(.hello).bits || shape & (kind | Part.ongoing.bit) == ongoing.bits
  }
}
