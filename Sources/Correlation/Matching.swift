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
  public var matched: [Int] { Tier.allCases.map { self[$0] } }
  // A field each: an array would be asked at every datagram whether it has another owner.
  private var byIdentity = 0
  private var byPrefix = 0
  private var byResidue = 0
  private var byFlow = 0
  private var byInventory = 0
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

  public subscript(tier: Tier) -> Int {
    get {
      switch tier {
      case .identity: byIdentity
      case .prefix: byPrefix
      case .residue: byResidue
      case .flow: byFlow
      case .inventory: byInventory
      }
    }
    set {
      switch tier {
      case .identity: byIdentity = newValue
      case .prefix: byPrefix = newValue
      case .residue: byResidue = newValue
      case .flow: byFlow = newValue
      case .inventory: byInventory = newValue
      }
    }
  }

  public static func += (total: inout Self, part: Self) {
    for tier in Tier.allCases { total[tier] += part[tier] }
    total.ambiguous += part.ambiguous
    total.unmatched += part.unmatched
    total.evicted += part.evicted
    total.sightings += part.sightings
    total.repeats += part.repeats
  }
}
