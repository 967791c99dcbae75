public import Wire

/// An agent's word that it has answered a request, and what it could not answer.
public struct EvidenceEnd: Hashable, Sendable {
  public enum Outcome: UInt8, Hashable, Sendable {
    case answered = 0
    /// It keeps no ring.
    case noRing
    /// It answers as many requests as it can already.
    case busy
  }

  public var request: UInt64
  public var outcome: Outcome
  /// How many frames it told.
  public var frames: UInt32 = 0
  /// Whether the ring does not hold all that was asked for: it reaches not as far back, or did no more when it was read.
  public var isOverwritten = false
  /// Whether there were more than the request allows.
  public var isBounded = false
  /// Since when the ring holds all that was captured; nil where there is none.
  public var since: Timestamp?

  public init(request: UInt64, _ outcome: Outcome) {
    self.request = request
    self.outcome = outcome
  }
}

extension EvidenceEnd {
  func write(to record: inout Record, domain: UInt32) -> RecordShape {
    var shape = record.begin(.evidenceEnd)
    record[.domain] = UInt64(domain)
    record[.request] = request
    record[.outcome] = UInt64(outcome.rawValue)
    record[.framesTold] = UInt64(frames)
    record[flag: .isOverwritten] = isOverwritten
    record[flag: .isBounded] = isBounded
    if let since {
      shape.insert(.since)
      record.put(since, .time, &shape)
    }
    return shape
  }

  /// Nil for an outcome that there is not.
  init?(_ record: Record, _ fields: FieldSet) {
    guard let outcome = Outcome(rawValue: record.integer8(.outcome)) else { return nil }
    self.init(request: record[.request], outcome)
    frames = record.integer32(.framesTold)
    isOverwritten = record[flag: .isOverwritten]
    isBounded = record[flag: .isBounded]
    if fields.contains(.time) { since = record[time: .time] }
  }
}
