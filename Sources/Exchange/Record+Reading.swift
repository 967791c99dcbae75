internal import Correlation
internal import Protocols
internal import Wire

/// The numbers that capture files have for whoever reads a message, by those that they have in it.
public struct FileNumbers: Sendable {
  private let offset: Int
  private let count: Int
  private let unnamed: Int

  /// As they are in the message.
  public init() {
    self.init(offset: 0, count: 1 << 24, unnamed: 0)
  }

  /// The `count` files that the sender has named are those from `offset` on; any other is the one of number `unnamed`.
  public init(offset: Int, count: Int, unnamed: Int) {
    self.offset = offset
    self.count = count
    self.unnamed = unnamed
  }

  func witness(_ bits: UInt64) -> Witness {
    let file = Int(bits >> 40)
    return Witness(file: file < count ? offset + file : unnamed, frame: bits)
  }
}

/// Puts observations together from a record's values, of which `fields` are there.
///
/// All values are claims. What is no observation is nil: a field is missing, or says what cannot be.
struct RecordReading {
  let record: Record
  let fields: FieldSet
  let files: FileNumbers

  func observation(_ kind: RecordKind) -> Observation? {
    switch kind {
    case .run: run.map { .run($0) }
    case .unmatched:
      .unmatched(
        Unmatched(
          leg,
          at: record[time: .time],
          witness(.firstWitness),
          payloadLength: record.integer32(.payloadLength),
          isLeading: record[flag: .isLeading]
        )
      )
    case .refusal:
      .refusal(
        Refusal(
          of: leg,
          by: record[address: .refuser],
          type: record.integer8(.icmpType),
          code: record.integer8(.icmpCode),
          at: record[time: .time],
          witness(.firstWitness)
        )
      )
    case .announcement:
      .announcement(
        Announcement(
          of: record[address: .source],
          by: record[.hardware],
          at: record[time: .time],
          witness(.firstWitness)
        )
      )
    case .fragments:
      .fragments(
        FragmentTally(
          of: leg,
          complete: record.integer32(.complete),
          partial: record.integer32(.partial),
          at: record[time: .time],
          witness(.firstWitness)
        )
      )
    case .wrongChecksum:
      .wrongChecksum(
        WrongChecksum(
          outer: leg,
          inner: pair(Record.inner, transport(.innerTransport)),
          at: record[time: .time],
          witness(.firstWitness)
        )
      )
    case .connection:
      .connection(
        ConnectionSeen(ConnectionMark(bits: record[.digest]), on: leg, at: record[time: .time])
      )
    case .statement: statement.map { .statement($0) }
    case .nodeFacts: .facts(nodeFacts)
    case .node, .captureFile, .interfaceLoss, .hello, .watermark, .acknowledgement,
      .evidenceRequest, .ringFrame, .evidenceEnd:
      nil
    }
  }

  private var run: Run? {
    let (least, most) = (record.integer8(.leastHopLimit), record.integer8(.mostHopLimit))
    guard least <= most else { return nil }
    var forward = Run.Stretch()
    forward.datagrams = record.integer32(.datagrams)
    forward.matched = record.integer32(.matched)
    forward.first = record[time: .first]
    forward.last = record[time: .last]
    forward.firstWitness = witness(.firstWitness)
    forward.lastWitness = witness(.lastWitness)
    forward.result = translated(Record.result)
    forward.origin = translated(Record.origin)
    var reverse = Run.Stretch()
    if fields.isSuperset(of: [.reverseDatagrams, .reverseMatched, .reverseFirst, .reverseLast]) {
      reverse.datagrams = record.integer32(.reverseDatagrams)
      reverse.matched = record.integer32(.reverseMatched)
      reverse.first = record[time: .reverseFirst]
      reverse.last = record[time: .reverseLast]
    }
    reverse.firstWitness = witness(.reverseFirstWitness)
    reverse.lastWitness = witness(.reverseLastWitness)
    reverse.result = translated(Record.reverseResult)
    reverse.origin = translated(Record.reverseOrigin)
    return Run(
      leg: leg,
      forward: forward,
      reverse: reverse,
      isFirst: record[flag: .isFirst],
      hopLimits: least...most,
      traits: Run.Traits(rawValue: UInt16(truncatingIfNeeded: record[.traits]))
    )
  }

  private var statement: PodStatement? {
    guard let language = Statement.Language(rawValue: record.integer8(.language)) else {
      return nil
    }
    var statement = PodStatement(
      on: leg,
      in: language,
      first: record[time: .first],
      last: record[time: .last],
      sightings: record.integer32(.datagrams),
      witness(.firstWitness)
    )
    if fields.isSuperset(of: [.seenSource, .seenSourcePort]) {
      statement.seenSource = record[endpoint: .seenSource, .seenSourcePort]
    }
    if fields.isSuperset(of: [.server, .serverPort]) {
      statement.server = record[endpoint: .server, .serverPort]
    }
    if fields.contains(.pod) { statement.pod = StatedName(record.text.span) }
    return statement
  }

  var leg: FiveTuple { pair(Record.leg, transport(.transport)) }

  private func translated(_ pair: Record.PairFields) -> FiveTuple? {
    let isThere =
      fields.contains(pair.source.address) && fields.contains(pair.source.port)
      && fields.contains(pair.destination.address) && fields.contains(pair.destination.port)
    return isThere ? self.pair(pair, transport(.transport)) : nil
  }

  private func pair(_ pair: Record.PairFields, _ transport: Transport) -> FiveTuple {
    FiveTuple(
      from: record[endpoint: pair.source.address, pair.source.port],
      to: record[endpoint: pair.destination.address, pair.destination.port],
      over: transport
    )
  }

  private func transport(_ field: Field) -> Transport {
    Transport(rawValue: record.integer8(field))
  }

  private func witness(_ field: Field) -> Witness { files.witness(record[field]) }
}
