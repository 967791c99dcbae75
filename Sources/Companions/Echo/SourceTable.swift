public import System
public import Wire

/// What is known of one source.
public struct Source: Hashable, Sendable {
  public var endpoint: Endpoint
  public var firstSeen: Instant
  public var lastSeen: Instant
  public var datagrams: UInt64 = 0
  public var bytes: UInt64 = 0
  public var answers: UInt64 = 0
  /// Whether it has had its banner.
  public var isGreeted = false
  /// Of the echoes that a source may bring back to us before we take it for a loop, how many are left.
  var loopBudget: Float = LoopGuard.budget
  /// Marks of what was echoed to it lately.
  var echoed = SIMD8<UInt16>(repeating: 0)

  init(_ endpoint: Endpoint, at now: Instant) {
    self.endpoint = endpoint
    firstSeen = now
    lastSeen = now
  }
}

/// The sources that were seen lately, in a fixed amount of memory.
///
/// Eight places for each value of the hash; a newcomer takes the place of whoever is worth least. That needs no list,
/// no rehashing and no allocation, and a flood of forged sources drives out little but itself.
public struct SourceTable: Sendable {
  private static let ways = 8

  private var places: [Source]
  private let mask: Int
  private let seed: UInt64
  /// How many places are taken.
  public private(set) var count = 0
  /// How many sources were forgotten to make room.
  public private(set) var forgotten: UInt64 = 0
  /// A source that was silent for longer is taken for a new one.
  private let lifetime: Interval

  /// Room for `capacity` sources, rounded up to a power of two; the seed makes places unpredictable to a sender.
  public init(capacity: Int, lifetime: Interval, seed: UInt64) {
    var sets = 1
    while sets * Self.ways < capacity { sets *= 2 }
    let never = Instant(nanoseconds: .min)
    let nobody = Endpoint(IPAddress(high: 0, low: 0), 0)
    places = Array(repeating: Source(nobody, at: never), count: sets * Self.ways)
    mask = sets - 1
    self.seed = seed
    self.lifetime = lifetime
  }

  private static let never = Instant(nanoseconds: .min)

  /// The place of a source, which it gets if it has none.
  public mutating func place(of endpoint: Endpoint, at now: Instant) -> Int {
    let first = (hash(endpoint) & mask) * Self.ways
    var victim = first
    var victimWorth = UInt64.max
    for place in first..<first + Self.ways {
      if places[place].endpoint == endpoint, places[place].lastSeen != Self.never {
        if now.since(places[place].lastSeen) > lifetime {
          // The same source, but a new session.
          places[place] = Source(endpoint, at: now)
        }
        return place
      }
      let worth = worth(places[place], at: now)
      if worth < victimWorth { (victim, victimWorth) = (place, worth) }
    }
    if places[victim].lastSeen == Self.never {
      count += 1
    } else if victimWorth > 0 {
      forgotten &+= 1
    }
    places[victim] = Source(endpoint, at: now)
    return victim
  }

  /// How dearly a source is kept: silent ones not at all, then by their last sign; those that sent but one datagram,
  /// as forged ones do, give way to all that sent more.
  private func worth(_ source: Source, at now: Instant) -> UInt64 {
    guard source.lastSeen != Self.never else { return 0 }
    let silence = now.since(source.lastSeen)
    guard silence <= lifetime else { return 0 }
    let recency = UInt64(max(1, lifetime.nanoseconds - max(0, silence.nanoseconds)))
    return recency | (source.datagrams > 1 ? 1 << 63 : 0)
  }

  public subscript(place: Int) -> Source {
    get { places[place] }
    _modify { yield &places[place] }
  }

  private func hash(_ endpoint: Endpoint) -> Int {
    var value = (endpoint.address.high ^ seed) &* 0x9e37_79b9_7f4a_7c15
    value ^= endpoint.address.low &+ UInt64(endpoint.port) << 48
    value = (value ^ value >> 32) &* 0xd6e8_feb8_6659_fd93
    value = (value ^ value >> 29) &* 0xd6e8_feb8_6659_fd93
    return Int(truncatingIfNeeded: value >> 24)
  }

  /// Those who sent most, and are not forgotten.
  public func busiest(_ limit: Int, at now: Instant) -> [Source] {
    Array(
      places.filter { $0.lastSeen != Self.never && now.since($0.lastSeen) <= lifetime }
        .sorted { ($0.datagrams, $1.endpoint) > ($1.datagrams, $0.endpoint) }
        .prefix(limit)
    )
  }
}
