internal import Correlation
internal import Protocols
internal import Wire

extension Record {
  /// Takes an observation's values, and says which they are.
  mutating func take(_ observation: Observation) -> RecordShape {
    switch observation {
    case .run(let run): take(run)
    case .unmatched(let unmatched): take(unmatched)
    case .refusal(let refusal): take(refusal)
    case .announcement(let announcement): take(announcement)
    case .fragments(let tally): take(tally)
    case .wrongChecksum(let checksum): take(checksum)
    case .connection(let connection): take(connection)
    case .statement(let statement): take(statement)
    case .facts(let facts): take(facts)
    }
  }

  private mutating func take(_ run: Run) -> RecordShape {
    var shape = begin(.run, run.leg)
    self[.datagrams] = UInt64(run.forward.datagrams)
    self[.matched] = UInt64(run.forward.matched)
    put(run.forward.first, .first, &shape)
    put(run.forward.last, .last, &shape)
    put(run.forward.firstWitness, .firstWitness)
    put(run.forward.lastWitness, .lastWitness)
    if run.reverse.isTold {
      shape.insert(.answers)
      self[.reverseDatagrams] = UInt64(run.reverse.datagrams)
      self[.reverseMatched] = UInt64(run.reverse.matched)
      put(run.reverse.first, .reverseFirst, &shape)
      put(run.reverse.last, .reverseLast, &shape)
    }
    put(run.reverse.firstWitness, .reverseFirstWitness)
    put(run.reverse.lastWitness, .reverseLastWitness)
    put(run.forward.result, Self.result, .result, &shape)
    put(run.forward.origin, Self.origin, .origin, &shape)
    put(run.reverse.result, Self.reverseResult, .reverseResult, &shape)
    put(run.reverse.origin, Self.reverseOrigin, .reverseOrigin, &shape)
    self[flag: .isFirst] = run.isFirst
    self[.leastHopLimit] = UInt64(run.hopLimits.lowerBound)
    self[.mostHopLimit] = UInt64(run.hopLimits.upperBound)
    self[.traits] = UInt64(run.traits.rawValue)
    self[.translationEvent] = Self.nat44SessionCreate
    return shape
  }

  private mutating func take(_ unmatched: Unmatched) -> RecordShape {
    var shape = begin(.unmatched, unmatched.leg)
    put(unmatched.time, unmatched.witness, &shape)
    self[.payloadLength] = UInt64(unmatched.payloadLength)
    self[flag: .isLeading] = unmatched.isLeading
    return shape
  }

  private mutating func take(_ refusal: Refusal) -> RecordShape {
    var shape = begin(.refusal, refusal.leg)
    put(refusal.source, .refuser, &shape)
    self[.icmpType] = UInt64(refusal.type)
    self[.icmpCode] = UInt64(refusal.code)
    put(refusal.time, refusal.witness, &shape)
    return shape
  }

  private mutating func take(_ announcement: Announcement) -> RecordShape {
    var shape = begin(.announcement)
    put(announcement.address, .source, &shape)
    self[.hardware] = announcement.hardware
    put(announcement.time, announcement.witness, &shape)
    return shape
  }

  private mutating func take(_ tally: FragmentTally) -> RecordShape {
    var shape = begin(.fragments, tally.leg)
    self[.complete] = UInt64(tally.complete)
    self[.partial] = UInt64(tally.partial)
    put(tally.time, tally.witness, &shape)
    return shape
  }

  private mutating func take(_ checksum: WrongChecksum) -> RecordShape {
    var shape = begin(.wrongChecksum, checksum.outer)
    put(checksum.inner, Self.inner, &shape)
    self[.innerTransport] = UInt64(checksum.inner.transport.rawValue)
    put(checksum.time, checksum.witness, &shape)
    return shape
  }

  private mutating func take(_ connection: ConnectionSeen) -> RecordShape {
    var shape = begin(.connection, connection.leg)
    self[.digest] = connection.mark.bits
    put(connection.time, .time, &shape)
    return shape
  }

  private mutating func take(_ statement: PodStatement) -> RecordShape {
    var shape = begin(.statement, statement.leg)
    self[.language] = UInt64(statement.language.rawValue)
    if let source = statement.seenSource {
      shape.insert(.seenSource)
      put(source, (.seenSource, .seenSourcePort), &shape)
    }
    if let server = statement.server {
      shape.insert(.server)
      put(server, (.server, .serverPort), &shape)
    }
    if let pod = statement.pod {
      shape.insert(.pod)
      text = pod.bytes
    }
    put(statement.first, .first, &shape)
    put(statement.last, .last, &shape)
    self[.datagrams] = UInt64(statement.sightings)
    put(statement.witness, .firstWitness)
    return shape
  }

  // The four fields of a pair of endpoints.
  typealias EndpointFields = (address: Field, port: Field)
  typealias PairFields = (source: EndpointFields, destination: EndpointFields)
  static let leg: PairFields = ((.source, .sourcePort), (.destination, .destinationPort))
  static let result: PairFields = (
    (.resultSource, .resultSourcePort), (.resultDestination, .resultDestinationPort)
  )
  static let origin: PairFields = (
    (.originSource, .originSourcePort), (.originDestination, .originDestinationPort)
  )
  static let reverseResult: PairFields = (
    (.reverseResultSource, .reverseResultSourcePort),
    (.reverseResultDestination, .reverseResultDestinationPort)
  )
  static let reverseOrigin: PairFields = (
    (.reverseOriginSource, .reverseOriginSourcePort),
    (.reverseOriginDestination, .reverseOriginDestinationPort)
  )
  static let inner: PairFields = (
    (.innerSource, .innerSourcePort), (.innerDestination, .innerDestinationPort)
  )

  /// IANA's natEvent for a session of IPv4 to IPv4.
  private static let nat44SessionCreate: UInt64 = 4

  mutating func begin(_ kind: RecordKind) -> RecordShape {
    self[.kind] = UInt64(kind.rawValue)
    return RecordShape(kind)
  }

  mutating func begin(_ kind: RecordKind, _ leg: FiveTuple) -> RecordShape {
    var shape = begin(kind)
    put(leg, Self.leg, &shape)
    self[.transport] = UInt64(leg.transport.rawValue)
    return shape
  }

  private mutating func put(_ address: IPAddress, _ field: Field, _ shape: inout RecordShape) {
    if !address.isV4 { shape.insert(.v6) }
    self[address: field] = address
  }

  private mutating func put(
    _ endpoint: Endpoint,
    _ fields: EndpointFields,
    _ shape: inout RecordShape
  ) {
    put(endpoint.address, fields.address, &shape)
    self[fields.port] = UInt64(endpoint.port)
  }

  private mutating func put(_ pair: FiveTuple, _ fields: PairFields, _ shape: inout RecordShape) {
    put(pair.source, fields.source, &shape)
    put(pair.destination, fields.destination, &shape)
  }

  /// A translation keeps the protocol, so that the leg's own says all.
  private mutating func put(
    _ pair: FiveTuple?,
    _ fields: PairFields,
    _ part: RecordShape.Part,
    _ shape: inout RecordShape
  ) {
    guard let pair else { return }
    shape.insert(part)
    put(pair, fields, &shape)
  }

  mutating func put(_ time: Timestamp, _ field: Field, _ shape: inout RecordShape) {
    if NTPTime(time) == nil { shape.insert(.wideTimes) }
    self[time: field] = time
  }

  private mutating func put(_ time: Timestamp, _ witness: Witness, _ shape: inout RecordShape) {
    put(time, .time, &shape)
    put(witness, .firstWitness)
  }

  private mutating func put(_ witness: Witness, _ field: Field) {
    self[field] = UInt64(witness.file) << 40 | witness.frame
  }
}

extension Run.Stretch {
  /// Whether there is more to tell than where its run began.
  fileprivate var isTold: Bool {
    datagrams > 0 || matched > 0 || first.nanoseconds != 0 || last.nanoseconds != 0
  }
}
