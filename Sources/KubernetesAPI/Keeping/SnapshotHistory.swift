public import Cluster
internal import Wire

/// The last states of the cluster, each with when it was first and last known to be so.
///
/// Bounded by number and by objects: the oldest make room.
public struct SnapshotHistory: Sendable {
  public struct Limits: Hashable, Sendable {
    public var snapshots = 64
    /// Of all snapshots together; about 300 bytes each.
    public var objects = 200_000

    public init() {}
  }

  public private(set) var snapshots: [ClusterSnapshot] = []
  private let limits: Limits
  /// The last snapshot says again what the one before it said.
  private var endsWithRepetition = false

  public init(_ limits: Limits = Limits()) {
    self.limits = limits
  }

  mutating func record(_ snapshot: ClusterSnapshot) {
    snapshots.append(snapshot)
    endsWithRepetition = false
    trim()
  }

  /// Notes that the last state still held then, so that what changes next is known to have changed after it.
  ///
  /// Returns the snapshot that says so, unless it would say nothing new.
  mutating func confirmLast(until time: Timestamp) -> ClusterSnapshot? {
    guard var last = snapshots.last, let known = last.takenAt, time.since(known) > .seconds(1)
    else { return nil }
    if endsWithRepetition { snapshots.removeLast() }
    last.takenAt = time
    snapshots.append(last)
    endsWithRepetition = true
    trim()
    return last
  }

  private mutating func trim() {
    var objects = snapshots.reduce(0) { $0 + $1.objectCount }
    while snapshots.count > 1, snapshots.count > limits.snapshots || objects > limits.objects {
      objects -= snapshots.removeFirst().objectCount
    }
  }

  /// To be asked who was where, and when.
  public var cluster: ClusterHistory { ClusterHistory(snapshots) }
}

extension ClusterSnapshot {
  fileprivate var objectCount: Int {
    pods.count + services.count + nodes.count + endpoints.reduce(0) { $0 + $1.records.count }
  }
}
