public import Wire

/// What a collector asks of an agent that keeps a ring: the frames of some datagrams, of some time.
///
/// All its records stand in one message.
public struct EvidenceRequest: Hashable, Sendable {
  /// No request asks for more.
  public static let mostWanted = 64

  /// By which the answers are known; the collector's own count.
  public var number: UInt64
  /// The addresses that the datagrams wear, in this direction or the other; port 0 is every port, and 0.0.0.0 or :: every
  /// address.
  public var wanted: [FiveTuple]
  public var from: Timestamp
  public var to: Timestamp
  /// No more than this is answered.
  public var mostFrames: UInt32
  public var mostBytes: UInt64

  public init(
    number: UInt64,
    wanted: [FiveTuple],
    from: Timestamp,
    to: Timestamp,
    mostFrames: UInt32,
    mostBytes: UInt64
  ) {
    self.number = number
    self.wanted = wanted
    self.from = from
    self.to = to
    self.mostFrames = mostFrames
    self.mostBytes = mostBytes
  }
}

extension EvidenceRequest {
  func write(_ pair: FiveTuple, to record: inout Record, domain: UInt32) -> RecordShape {
    var shape = record.begin(.evidenceRequest, pair)
    record[.domain] = UInt64(domain)
    record[.request] = number
    record.put(from, .first, &shape)
    record.put(to, .last, &shape)
    record[.mostFrames] = UInt64(mostFrames)
    record[.mostBytes] = mostBytes
    return shape
  }

  fileprivate init(_ reading: RecordReading) {
    let record = reading.record
    self.init(
      number: record[.request],
      wanted: [reading.leg],
      from: record[time: .first],
      to: record[time: .last],
      mostFrames: record.integer32(.mostFrames),
      mostBytes: record[.mostBytes]
    )
  }

  /// Whether the other one's record is one more of this request.
  fileprivate func goesOn(with other: Self) -> Bool {
    number == other.number && from == other.from && to == other.to
      && mostFrames == other.mostFrames && mostBytes == other.mostBytes
  }
}

extension [EvidenceRequest] {
  /// Adds a record to the request that it belongs to; false where that asks for too much.
  mutating func take(_ reading: RecordReading) -> Bool {
    let one = EvidenceRequest(reading)
    guard let last = self.last, last.goesOn(with: one) else {
      append(one)
      return true
    }
    guard last.wanted.count < EvidenceRequest.mostWanted else { return false }
    self[count - 1].wanted += one.wanted
    return true
  }
}
