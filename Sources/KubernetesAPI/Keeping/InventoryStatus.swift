public import Cluster
public import Wire

/// How far an inventory can be believed at a moment.
public struct InventoryStatus: Hashable, Sendable {
  public struct Kind: Hashable, Sendable {
    public var kind: ObjectKind
    /// All of its objects were listed once.
    public var isListed: Bool
    /// A watch is open: what is known is what there is.
    public var isFollowed: Bool
    /// When what is known was last known to be so.
    public var confirmedAt: Timestamp?
    /// Why it is not known any better.
    public var failure: AccessError?
    /// How often in a row that failed.
    public var failures: Int
    /// An object that is left out because it could not be read.
    public var unreadable: InventoryError?
  }

  public var kinds: [Kind]

  /// Every kind was listed: there is an inventory.
  public var isComplete: Bool { kinds.allSatisfy(\.isListed) }

  /// Everything is followed: the inventory is what there is.
  public var isCurrent: Bool { kinds.allSatisfy(\.isFollowed) }

  /// When all of it was last known to be so.
  public var confirmedAt: Timestamp? {
    kinds.allSatisfy { $0.confirmedAt != nil } ? kinds.compactMap(\.confirmedAt).min() : nil
  }

  /// How old the inventory may be; nothing while everything is followed, unknown before there is one.
  public func age(at now: Timestamp) -> Interval? {
    if isComplete, isCurrent { return .milliseconds(0) }
    return isComplete ? confirmedAt.map { now.since($0) } : nil
  }
}
