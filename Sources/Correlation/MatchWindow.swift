import Wire

/// The datagrams of the last moments, by fingerprint: where a datagram's next sighting looks for its earlier ones.
///
/// A ring of entries in order of arrival; those whose keys share a head are chained from the newest to the oldest.
struct MatchWindow: ~Copyable, Sendable {
  /// One datagram on one leg.
  struct Entry: Sendable {
    var time: Timestamp
    /// When the leg's datagram before this one was seen, and in which frame.
    var previous: Timestamp
    var previousFrame: UInt32
    var frame: UInt32
    var tag: UInt32
    var middle: UInt32
    var long: UInt32
    var leg: Leg
    /// The leg on which this datagram was first seen at this node.
    var root: Leg
    /// How far back in the ring the next older entry of the same head lies; 0 ends the chain.
    var older: UInt32
    var payloadLength: UInt32
    var firstVantage: UInt16
    var hopLimit: UInt8
    var held: Fingerprint.Held
    var direction: Packet.Direction
    var flags: UInt8
  }

  static let hasSuccessor: UInt8 = 1
  static let hasIdentity: UInt8 = 2
  static let isSpoken: UInt8 = 4
  /// It was seen to leave the node.
  static let hasLeft: UInt8 = 8
  /// It was seen again on the same leg with fewer hops to go.
  static let wasForwarded: UInt8 = 16

  private(set) var entries: [Entry]
  private var heads: [UInt32]
  /// How many entries were ever added, and how many of those have left.
  private(set) var added: UInt64 = 0
  private(set) var expired: UInt64 = 0
  let span: Interval
  let limit: Int

  init(span: Interval, limit: Int) {
    self.span = span
    self.limit = limit
    entries = []
    heads = [0]
  }

  @inline(always)
  func touch(_ key: UInt64) -> UInt32 {
    heads[head(UInt32(truncatingIfNeeded: key))]
  }

  /// Reads of the newest entry that may have this key what its look-up will ask for first.
  @inline(always)
  func touchNewest(_ key: UInt64) -> UInt32 {
    newest(UInt32(truncatingIfNeeded: key)).map { entries[place($0)].tag } ?? 0
  }

  @inline(always)
  private func head(_ tag: UInt32) -> Int {
    Int(truncatingIfNeeded: tag) & (heads.count &- 1)
  }

  /// The newest entry that may have this key.
  @inline(always)
  func newest(_ tag: UInt32) -> UInt64? {
    let stored = heads[head(tag)]
    guard stored != 0 else { return nil }
    // A head keeps the low half of the entry's number, counted from one; the rest follows from how many there are.
    let distance = UInt32(truncatingIfNeeded: added) &- (stored &- 1)
    return alive(added, distance: distance)
  }

  @inline(always)
  func older(than number: UInt64) -> UInt64? {
    let distance = entries[place(number)].older
    return distance == 0 ? nil : alive(number, distance: distance)
  }

  @inline(always)
  private func alive(_ number: UInt64, distance: UInt32) -> UInt64? {
    let distance = UInt64(distance)
    guard distance <= number, number &- distance >= expired else { return nil }
    return number &- distance
  }

  @inline(always)
  func place(_ number: UInt64) -> Int {
    Int(truncatingIfNeeded: number) & (entries.capacityMask)
  }

  @inline(always)
  subscript(number: UInt64) -> Entry {
    get { entries[place(number)] }
    _modify { yield &entries[place(number)] }
  }

  /// Adds an entry as the newest of its key and answers its number.
  @inline(always)
  mutating func add(_ entry: Entry) -> UInt64 {
    if Int(truncatingIfNeeded: added &- expired) >= entries.count { grow() }
    let number = added
    var entry = entry
    entry.older = newest(entry.tag).map { UInt32(truncatingIfNeeded: number &- $0) } ?? 0
    entries[place(number)] = entry
    heads[head(entry.tag)] = UInt32(truncatingIfNeeded: number) &+ 1
    added &+= 1
    return number
  }

  /// Whether the oldest entry has left the window by `now`, or must make room.
  @inline(always)
  func oldestHasExpired(by now: Timestamp) -> Bool {
    guard expired < added else { return false }
    let age = now.since(entries[place(expired)].time)
    return age > span || Int(truncatingIfNeeded: added &- expired) >= limit
  }

  /// Answers whether the entry had to make room before its time.
  @inline(always)
  mutating func dropOldest(by now: Timestamp) -> Bool {
    let isEvicted = now.since(entries[place(expired)].time) <= span
    expired &+= 1
    return isEvicted
  }

  private mutating func grow() {
    let old = entries
    let size = max(1 << 12, old.count &* 2)
    entries = Array(repeating: old.first ?? Self.blank, count: size)
    heads = Array(repeating: 0, count: size &* 2)
    for number in expired..<added {
      var entry = old[Int(truncatingIfNeeded: number) & (old.count &- 1)]
      let head = head(entry.tag)
      let stored = heads[head]
      entry.older = stored == 0 ? 0 : UInt32(truncatingIfNeeded: number) &- (stored &- 1)
      heads[head] = UInt32(truncatingIfNeeded: number) &+ 1
      entries[place(number)] = entry
    }
  }

  private static let blank = Entry(
    time: Timestamp(nanoseconds: 0),
    previous: Timestamp(nanoseconds: 0),
    previousFrame: 0,
    frame: 0,
    tag: 0,
    middle: 0,
    long: 0,
    leg: .none,
    root: .none,
    older: 0,
    payloadLength: 0,
    firstVantage: 0,
    hopLimit: 0,
    held: .little,
    direction: .unknown,
    flags: 0
  )
}

extension [MatchWindow.Entry] {
  /// The ring's size is a power of two.
  @inline(always)
  fileprivate var capacityMask: Int { count &- 1 }
}
