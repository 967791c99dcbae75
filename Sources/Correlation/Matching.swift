/// How a translation was proven, the strongest first.
public enum Tier: Int, Sendable, CaseIterable {
  /// Prefix, length and the IP header's own mark (IPv4 id, IPv6 flow label).
  case identity
  /// Prefix and length.
  case prefix
  /// The checksum's residue, length and mark, where a snap length left no payload.
  case residue
  /// The flow: order, adjacency and co-occurrence of datagrams that look alike.
  case flow
  /// The inventory.
  case inventory
}

extension Tier: CustomStringConvertible {
  public var description: String { "T\(rawValue + 1)" }
}

/// What became of the sightings: every outcome is counted.
public struct MatchCounts: Sendable, Hashable {
  /// Datagrams matched to their twin, by tier.
  public var matched: [Int] = Array(repeating: 0, count: Tier.allCases.count)
  /// Dropped because more than one twin was possible.
  public var ambiguous = 0
  /// Datagrams of a translated flow that had no twin.
  public var unmatched = 0
  /// Flows and window entries that had to make room.
  public var evicted = 0
  /// Distinct sightings, and how many of them repeat a datagram on the same leg at another vantage.
  public var sightings = 0
  public var repeats = 0

  public init() {}

  public static func += (total: inout Self, part: Self) {
    for tier in total.matched.indices { total.matched[tier] += part.matched[tier] }
    total.ambiguous += part.ambiguous
    total.unmatched += part.unmatched
    total.evicted += part.evicted
    total.sightings += part.sightings
    total.repeats += part.repeats
  }
}
