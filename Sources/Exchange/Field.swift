/// What records say, each field by the name that it has here; `docs/ipfix.md` has the table.
///
/// A record holds each field once at most. An address is one field, whatever its family.
enum Field: UInt8, CaseIterable, Sendable {
  /// A `RecordKind`; every record begins with it.
  case kind

  // The leg.
  case source, sourcePort, destination, destinationPort, transport

  // A run's directions.
  case datagrams, matched, first, last, firstWitness, lastWitness
  case reverseDatagrams, reverseMatched, reverseFirst, reverseLast
  case reverseFirstWitness, reverseLastWitness
  case resultSource, resultSourcePort, resultDestination, resultDestinationPort
  case originSource, originSourcePort, originDestination, originDestinationPort
  case reverseResultSource, reverseResultSourcePort
  case reverseResultDestination, reverseResultDestinationPort
  case reverseOriginSource, reverseOriginSourcePort
  case reverseOriginDestination, reverseOriginDestinationPort
  case isFirst, isOngoing, leastHopLimit, mostHopLimit, traits
  /// For collectors that file translations by event; we read it nowhere.
  case translationEvent

  // Single moments.
  case time, payloadLength, isLeading
  case refuser, icmpType, icmpCode
  case hardware
  case complete, partial
  case innerSource, innerSourcePort, innerDestination, innerDestinationPort, innerTransport
  case digest
  case language, seenSource, seenSourcePort, server, serverPort, pod

  // A node and its files.
  case domain, name, isNameGiven, frames, malformed, truncated, leastPayload, dropped
  case sightings, repeats, ambiguous, unmatched, evicted, orphans
  case byIdentity, byPrefix, byResidue, byFlow, byInventory
  case file, isCut
  case received, missed, refused, unsent

  // What a node's kernel says.
  case unansweredTimeout, streamTimeout, entries, entryLimit, refusedInsertions, refusedPackets
  case strictCount, strictDrops, isSynchronized, clockError, proxyMode, proxyStart

  // Between an agent and its collector.
  case version, epoch, sequence, wantsAcknowledgement, token, untold

  // What a collector asks of an agent's ring, and what is answered.
  case request, mostFrames, mostBytes
  case frameNumber, linkType, frameLength, frameSection
  case outcome, framesTold, isOverwritten, isBounded, ringBytes
}

extension Field {
  /// Whether its bytes stand beside the record's name, and are none themselves.
  var isOctets: Bool { self == .token || self == .frameSection }
}

/// A set of fields.
struct FieldSet: Hashable, Sendable, ExpressibleByArrayLiteral {
  private var bits: UInt128 = 0

  init(arrayLiteral fields: Field...) {
    for field in fields { insert(field) }
  }

  mutating func insert(_ field: Field) { bits |= 1 << UInt128(field.rawValue) }
  func contains(_ field: Field) -> Bool { bits >> UInt128(field.rawValue) & 1 != 0 }
  func isSuperset(of other: Self) -> Bool { other.bits & ~bits == 0 }
}

/// What a record is about.
enum RecordKind: UInt8, CaseIterable, Sendable {
  case run = 1
  case unmatched
  case refusal
  case announcement
  case fragments
  case wrongChecksum
  case connection
  case statement
  /// What a node counted: an options record, of the observation domain.
  case node
  /// A capture's name, which witnesses know by its number: an options record.
  case captureFile
  /// What an interface of the node lost: an options record.
  case interfaceLoss
  /// Who speaks: the first record of connections and spool files. An options record, like those that follow.
  case hello
  /// Up to when all that was seen has been told.
  case watermark
  /// From the collector: what it has, come what may.
  case acknowledgement
  /// What a node's kernel says of itself: an observation again.
  case nodeFacts
  /// From the collector: which frames of the agent's ring it wants. An options record.
  case evidenceRequest
  /// A frame of the ring.
  case ringFrame
  /// That these were all, and what is missing. An options record.
  case evidenceEnd

  /// Whether its templates are options templates, and how many of their first fields are the scope.
  var scopeCount: UInt16 {
    switch self {
    case .node, .hello, .watermark, .acknowledgement, .evidenceRequest, .evidenceEnd: 1
    case .captureFile, .interfaceLoss: 2
    default: 0
    }
  }
}
