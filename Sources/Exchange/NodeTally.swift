public import Correlation
public import Wire

/// What a node counted while it observed, and how it is called.
public struct NodeTally: Equatable, Sendable {
  public var name: String
  /// Whether a person, and no guess, gave the name.
  public var isNameGiven: Bool
  public var frames: FrameCounts
  /// What the capture lost; nil where it does not tell.
  public var dropped: UInt64?
  public var matching: MatchCounts
  /// Datagrams that came out of a known translation without having been seen going in.
  public var orphans: Int
  /// From the first to the last sighting; nil where there was none.
  public var moments: ClosedRange<Timestamp>?
  /// Records that had no room until they could be told; nil where nothing had to be kept.
  public var untold: UInt64?

  public init(
    name: String,
    isNameGiven: Bool = false,
    frames: FrameCounts = FrameCounts(),
    dropped: UInt64? = nil,
    matching: MatchCounts = MatchCounts(),
    orphans: Int = 0,
    moments: ClosedRange<Timestamp>? = nil
  ) {
    self.name = name
    self.isNameGiven = isNameGiven
    self.frames = frames
    self.dropped = dropped
    self.matching = matching
    self.orphans = orphans
    self.moments = moments
  }
}

/// A capture file that witnesses name by its number.
public struct NamedFile: Equatable, Sendable {
  public var number: Int
  public var name: String
  /// Whether its end is missing.
  public var isCut: Bool

  public init(number: Int, name: String, isCut: Bool = false) {
    self.number = number
    self.name = name
    self.isCut = isCut
  }
}

extension NodeTally {
  private static let tiers: [(Field, Tier)] = [
    (.byIdentity, .identity), (.byPrefix, .prefix), (.byResidue, .residue), (.byFlow, .flow),
    (.byInventory, .inventory),
  ]

  func write(to record: inout Record, domain: UInt32) -> RecordShape {
    var shape = record.begin(.node)
    record[.domain] = UInt64(domain)
    record.text = Array(name.utf8)
    record[flag: .isNameGiven] = isNameGiven
    record[.frames] = frames.frames
    record[.malformed] = frames.malformed
    record[.truncated] = frames.truncated
    if let least = frames.leastPayload {
      shape.insert(.leastPayload)
      record[.leastPayload] = UInt64(least)
    }
    if let dropped {
      shape.insert(.dropped)
      record[.dropped] = dropped
    }
    let counts: [(Field, Int)] = [
      (.sightings, matching.sightings), (.repeats, matching.repeats),
      (.ambiguous, matching.ambiguous), (.unmatched, matching.unmatched),
      (.evicted, matching.evicted), (.orphans, orphans),
    ]
    for (field, count) in counts { record[field] = UInt64(max(0, count)) }
    for (field, tier) in Self.tiers { record[field] = UInt64(max(0, matching[tier])) }
    if let untold {
      shape.insert(.untold)
      record[.untold] = untold
    }
    if let moments {
      shape.insert(.moments)
      record.put(moments.lowerBound, .first, &shape)
      record.put(moments.upperBound, .last, &shape)
    }
    return shape
  }

  /// Nil where it says what cannot be.
  init?(_ record: Record, _ fields: FieldSet) {
    self.init(name: String(decoding: record.text, as: UTF8.self))
    isNameGiven = record[flag: .isNameGiven]
    frames.frames = record[.frames]
    frames.malformed = record[.malformed]
    frames.truncated = record[.truncated]
    if fields.contains(.leastPayload) { frames.leastPayload = record.integer32(.leastPayload) }
    if fields.contains(.dropped) { dropped = record[.dropped] }
    matching.sightings = Self.count(record[.sightings])
    matching.repeats = Self.count(record[.repeats])
    matching.ambiguous = Self.count(record[.ambiguous])
    matching.unmatched = Self.count(record[.unmatched])
    matching.evicted = Self.count(record[.evicted])
    orphans = Self.count(record[.orphans])
    for (field, tier) in Self.tiers { matching[tier] = Self.count(record[field]) }
    if fields.isSuperset(of: [.first, .last]) {
      let (from, to) = (record[time: .first], record[time: .last])
      guard from <= to else { return nil }
      moments = from...to
    }
    if fields.contains(.untold) { untold = min(record[.untold], Self.most) }
    // Whoever adds such counts up must not be brought to overflow.
    frames.frames = min(frames.frames, Self.most)
    frames.malformed = min(frames.malformed, Self.most)
    frames.truncated = min(frames.truncated, Self.most)
    dropped = dropped.map { min($0, Self.most) }
  }

  private static let most: UInt64 = 1 << 40

  private static func count(_ claimed: UInt64) -> Int { Int(min(claimed, most)) }
}

extension NodeTally {
  /// Adds what the same node counted at another time.
  public static func += (total: inout Self, part: Self) {
    total.isNameGiven = total.isNameGiven || part.isNameGiven
    total.frames += part.frames
    if let dropped = part.dropped { total.dropped = (total.dropped ?? 0) &+ dropped }
    if let untold = part.untold { total.untold = (total.untold ?? 0) &+ untold }
    total.matching += part.matching
    total.orphans += part.orphans
    guard let moments = part.moments else { return }
    let known = total.moments ?? moments
    total.moments =
      min(known.lowerBound, moments.lowerBound)...max(known.upperBound, moments.upperBound)
  }
}
