public import Wire

/// The last states of the cluster, each with when it was first and last known to be so.
///
/// Bounded by number and by objects: the oldest but the first make room, so that it is in doubt what was between, and
/// nothing is taken for what it became later.
public struct SnapshotHistory: Sendable {
  public struct Limits: Hashable, Sendable {
    public var snapshots = 1_000
    /// Of all snapshots together; about 300 bytes each.
    public var objects = 200_000
    /// What held no longer than so long ago is forgotten; nil where nothing is.
    public var age: Interval?

    public init() {}
  }

  /// In the order of their times; those of no time were there before all others.
  public private(set) var snapshots: [ClusterSnapshot]
  public let limits: Limits

  /// How often it has changed.
  public private(set) var revision = 0

  public init(_ snapshots: [ClusterSnapshot] = [], _ limits: Limits = Limits()) {
    self.limits = limits
    self.snapshots = []
    for snapshot in Self.filled(Moments.ordered(snapshots)) {
      // Files of one moment say together what each says a part of.
      if snapshot.takenAt == nil, self.snapshots.last == snapshot { continue }
      self.snapshots.append(snapshot)
    }
    trim()
  }

  /// Fills in what a snapshot does not speak of from its neighbours.
  static func filled(_ snapshots: [ClusterSnapshot]) -> [ClusterSnapshot] {
    var snapshots = snapshots
    for index in snapshots.indices.dropFirst() { snapshots[index].fill(from: snapshots[index - 1]) }
    for index in snapshots.indices.dropLast().reversed() {
      snapshots[index].fill(from: snapshots[index + 1])
    }
    return snapshots
  }

  /// Adds a state that came after all others; one that says the same as the last says that it still held.
  public mutating func record(_ snapshot: ClusterSnapshot) {
    revision += 1
    var snapshot = snapshot
    if let last = snapshots.last {
      snapshot.fill(from: last)
      // A clock that was set back does not make it the older one.
      if let known = last.takenAt { snapshot.takenAt = max(known, snapshot.takenAt ?? known) }
    }
    if snapshots.count > 1, snapshots.suffix(2).allSatisfy({ $0.saysTheSame(as: snapshot) }) {
      snapshots.removeLast()
    }
    snapshots.append(snapshot)
    trim()
  }

  /// Notes that the last state still held then, so that what changes next is known to have changed after it.
  ///
  /// Returns the snapshot that says so, unless it would say nothing new.
  public mutating func confirmLast(until time: Timestamp) -> ClusterSnapshot? {
    guard var last = snapshots.last, let known = last.takenAt, time.since(known) > .seconds(1)
    else { return nil }
    last.takenAt = time
    record(last)
    return last
  }

  /// Gives those that had no time this one, or that of the first that has one: they were there before anything else came.
  public mutating func date(timelessAt time: Timestamp) {
    let first = snapshots.lazy.compactMap(\.takenAt).first ?? time
    for index in snapshots.indices where snapshots[index].takenAt == nil {
      snapshots[index].takenAt = min(time, first)
      revision += 1
    }
  }

  private mutating func trim() {
    if let age = limits.age, let now = snapshots.last?.takenAt {
      let forgotten = snapshots.dropFirst().prefix { $0.takenAt.map { $0 < now - age } ?? false }
      snapshots.removeFirst(forgotten.count)
    }
    var objects = snapshots.reduce(0) { $0 + $1.objectCount }
    while snapshots.count > 2, snapshots.count > limits.snapshots || objects > limits.objects {
      objects -= snapshots.remove(at: 1).objectCount
    }
  }

  /// To be asked who was where, and when.
  public var cluster: ClusterHistory { ClusterHistory(snapshots) }
}

extension ClusterSnapshot {
  fileprivate var objectCount: Int {
    pods.count + services.count + nodes.count + endpoints.reduce(0) { $0 + $1.records.count }
  }

  /// Says the same as another of the kinds that it does not speak of itself.
  fileprivate mutating func fill(from other: Self) {
    let missing = other.kinds.subtracting(kinds)
    if missing.contains(.pods) { pods = other.pods }
    if missing.contains(.services) { services = other.services }
    if missing.contains(.endpoints) { endpoints = other.endpoints }
    if missing.contains(.nodes) { nodes = other.nodes }
    kinds.formUnion(missing)
  }

  /// Whether it says the same of the cluster, be it at another time.
  public func saysTheSame(as other: Self) -> Bool {
    var other = other
    other.takenAt = takenAt
    return self == other
  }
}
