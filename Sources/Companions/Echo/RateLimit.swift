public import System
public import Wire

/// How many answers each address may get: a bucket for each, in a fixed amount of memory.
///
/// By address and not by port: whoever forges a victim's address chooses its ports freely. IPv6 counts by /64, which
/// is what one host commonly has.
public struct RateLimit: Sendable {
  private struct Bucket {
    var high: UInt64 = 0
    var low: UInt64 = 0
    var tokens: Double = 0
    var lastUse = Instant(nanoseconds: .min)
  }

  private static let ways = 4

  private var buckets: [Bucket]
  private let mask: Int
  private let seed: UInt64
  private let perSecond: Double
  private let burst: Double

  /// No limit where `perSecond` is 0; the seed makes places unpredictable to a sender.
  public init(perSecond: Int, addresses: Int = 16_384, seed: UInt64) {
    self.perSecond = Double(perSecond)
    burst = Double(perSecond)
    var sets = 1
    while sets * Self.ways < addresses { sets *= 2 }
    mask = sets - 1
    self.seed = seed
    buckets = perSecond == 0 ? [] : Array(repeating: Bucket(), count: sets * Self.ways)
  }

  /// Whether an answer may go to this address now; if so, it counts.
  public mutating func allows(_ address: IPAddress, at now: Instant) -> Bool {
    guard perSecond > 0 else { return true }
    let low = address.isV4 ? address.low : 0
    var value = (address.high ^ low ^ seed) &* 0xd6e8_feb8_6659_fd93
    value ^= value >> 32
    let first = (Int(truncatingIfNeeded: value) & mask) * Self.ways
    var chosen = first
    var isKnown = false
    for place in first..<first + Self.ways {
      if buckets[place].high == address.high, buckets[place].low == low,
        buckets[place].lastUse.nanoseconds != .min
      {
        chosen = place
        isKnown = true
        break
      }
      if buckets[place].lastUse < buckets[chosen].lastUse { chosen = place }
    }
    var tokens = burst
    if isKnown {
      let elapsed = now.since(buckets[chosen].lastUse).inSeconds
      tokens = min(burst, buckets[chosen].tokens + max(0, elapsed) * perSecond)
    }
    let isAllowed = tokens >= 1
    buckets[chosen] = Bucket(
      high: address.high,
      low: low,
      tokens: isAllowed ? tokens - 1 : tokens,
      lastUse: now
    )
    return isAllowed
  }
}
