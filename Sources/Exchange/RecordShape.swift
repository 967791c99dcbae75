/// Which fields a record has: its kind, its family, and which of the fields that may be missing are there.
///
/// Each shape has a template of its own, so that what is not known takes no room and is not written as zeros, which
/// other collectors would take for addresses.
struct RecordShape: Hashable, Sendable {
  /// The kind's lower four bits, parts above them, and its fifth bit above these.
  private(set) var bits: UInt16

  /// What a record may have beside what all of its kind have.
  struct Part: Sendable {
    var bit: UInt16

    /// An address is no IPv4 address; the others are then written as IPv4-mapped ones.
    static let v6 = Self(bit: 1 << 4)
    /// A time is outside of what NTP's 64 bits can say from 1968 to 2104.
    static let wideTimes = Self(bit: 1 << 5)
    /// Times are told as milliseconds too.
    static let milliseconds = Self(bit: 1 << 6)
    // Of a run.
    static let result = Self(bit: 1 << 7)
    static let origin = Self(bit: 1 << 8)
    static let reverseResult = Self(bit: 1 << 9)
    static let reverseOrigin = Self(bit: 1 << 10)
    static let answers = Self(bit: 1 << 11)
    static let ongoing = Self(bit: 1 << 12)
    // Of a statement.
    static let seenSource = Self(bit: 1 << 7)
    static let server = Self(bit: 1 << 8)
    static let pod = Self(bit: 1 << 9)
    // Of a node.
    static let dropped = Self(bit: 1 << 7)
    static let moments = Self(bit: 1 << 8)
    static let leastPayload = Self(bit: 1 << 9)
    static let untold = Self(bit: 1 << 10)

    // Of a node's facts.
    static let timeouts = Self(bit: 1 << 7)
    static let table = Self(bit: 1 << 8)
    static let refusals = Self(bit: 1 << 9)
    static let reversePath = Self(bit: 1 << 10)
    static let clock = Self(bit: 1 << 11)
    static let proxyStart = Self(bit: 1 << 12)
    // Of an acknowledgement.
    static let refusal = Self(bit: 1 << 7)
    // Of a hello.
    static let ring = Self(bit: 1 << 7)
    // Of an answer's end.
    static let since = Self(bit: 1 << 7)

    /// Whatever may be missing, of any kind.
    static let all = Self(bit: 0b1_1111_1000_0000)
  }

  let kind: RecordKind

  init(_ kind: RecordKind) {
    self.kind = kind
    bits = UInt16(kind.rawValue & 15) | UInt16(kind.rawValue >> 4) << 13
  }

  mutating func insert(_ part: Part) { bits |= part.bit }
  func contains(_ part: Part) -> Bool { bits & part.bit != 0 }
  var isV4: Bool { !contains(.v6) }

  /// The number that its template has in every session; those up to 255 are kept for others.
  var templateID: UInt16 { 256 + bits }

  /// The fields in the order in which they stand in a record.
  var fields: [Field] {
    switch kind {
    case .run: runFields
    case .unmatched:
      [.kind] + Self.leg + [.time, .firstWitness, .payloadLength, .isLeading]
    case .refusal:
      [.kind] + Self.leg + [.refuser, .icmpType, .icmpCode, .time, .firstWitness]
    case .announcement: [.kind, .source, .hardware, .time, .firstWitness]
    case .fragments: [.kind] + Self.leg + [.complete, .partial, .time, .firstWitness]
    case .wrongChecksum:
      [.kind] + Self.leg
        + [.innerSource, .innerSourcePort, .innerDestination, .innerDestinationPort]
        + [.innerTransport, .time, .firstWitness]
    case .connection: [.kind] + Self.leg + [.digest, .time]
    case .statement: statementFields
    case .node: nodeFields
    case .captureFile: [.domain, .file, .kind, .isCut, .name]
    case .interfaceLoss: [.domain, .name, .kind, .received, .missed, .refused, .unsent]
    case .hello:
      [.domain, .kind, .version, .epoch, .sequence, .wantsAcknowledgement]
        + (contains(.ring) ? [.ringBytes] : []) + [.name, .token]
    case .watermark: [.domain, .kind, .epoch, .time]
    case .acknowledgement:
      [.domain, .kind, .epoch, .sequence] + (contains(.refusal) ? [.name] : [])
    case .nodeFacts: factFields
    case .evidenceRequest:
      [.domain, .kind, .request] + Self.leg + [.first, .last, .mostFrames, .mostBytes]
    case .ringFrame:
      [.kind, .request, .time, .frameNumber, .linkType, .frameLength, .name, .frameSection]
    case .evidenceEnd:
      [.domain, .kind, .request, .outcome, .framesTold, .isOverwritten, .isBounded]
        + (contains(.since) ? [.time] : [])
    }
  }

  /// What a template of this shape lists.
  var columns: [Column] { fields.flatMap { $0.columns(for: self) } }

  private static let leg: [Field] = [
    .source, .sourcePort, .destination, .destinationPort, .transport,
  ]

  private var runFields: [Field] {
    var fields: [Field] = [.kind] + Self.leg
    fields += [.datagrams, .matched, .first, .last, .firstWitness, .lastWitness]
    if contains(.result) {
      fields += [.resultSource, .resultSourcePort, .resultDestination, .resultDestinationPort]
      if isV4 { fields.append(.translationEvent) }
    }
    if contains(.origin) {
      fields += [.originSource, .originSourcePort, .originDestination, .originDestinationPort]
    }
    if contains(.answers) {
      fields += [.reverseDatagrams, .reverseMatched, .reverseFirst, .reverseLast]
    }
    fields += [.reverseFirstWitness, .reverseLastWitness]
    if contains(.reverseResult) {
      fields += [
        .reverseResultSource, .reverseResultSourcePort, .reverseResultDestination,
        .reverseResultDestinationPort,
      ]
    }
    if contains(.reverseOrigin) {
      fields += [
        .reverseOriginSource, .reverseOriginSourcePort, .reverseOriginDestination,
        .reverseOriginDestinationPort,
      ]
    }
    if contains(.ongoing) { fields.append(.isOngoing) }
    return fields + [.isFirst, .leastHopLimit, .mostHopLimit, .traits]
  }

  private var statementFields: [Field] {
    var fields: [Field] = [.kind] + Self.leg + [.language]
    if contains(.seenSource) { fields += [.seenSource, .seenSourcePort] }
    if contains(.server) { fields += [.server, .serverPort] }
    fields += [.first, .last, .datagrams, .firstWitness]
    if contains(.pod) { fields.append(.pod) }
    return fields
  }

  private var nodeFields: [Field] {
    var fields: [Field] = [.domain, .kind, .isNameGiven, .frames, .malformed, .truncated]
    if contains(.leastPayload) { fields.append(.leastPayload) }
    if contains(.dropped) { fields.append(.dropped) }
    if contains(.untold) { fields.append(.untold) }
    fields += [.sightings, .repeats, .ambiguous, .unmatched, .evicted, .orphans]
    fields += [.byIdentity, .byPrefix, .byResidue, .byFlow, .byInventory]
    if contains(.moments) { fields += [.first, .last] }
    return fields + [.name]
  }

  private var factFields: [Field] {
    var fields: [Field] = [.kind, .time, .proxyMode]
    if contains(.proxyStart) { fields.append(.proxyStart) }
    if contains(.timeouts) { fields += [.unansweredTimeout, .streamTimeout] }
    if contains(.table) { fields += [.entries, .entryLimit] }
    if contains(.refusals) { fields += [.refusedInsertions, .refusedPackets] }
    if contains(.clock) { fields += [.isSynchronized, .clockError] }
    if contains(.reversePath) { fields += [.strictCount, .strictDrops, .name] }
    return fields
  }
}

extension RecordKind {
  /// The fields without which a record of this kind says nothing.
  var required: FieldSet {
    var required: FieldSet = []
    // A record with nothing that may be missing.
    for field in RecordShape(self).fields { required.insert(field) }
    return required
  }
}
