internal import CCurl
public import Cluster
public import System
public import Wire

/// Keeps an inventory current from the API server: lists every kind, watches it from there on, and goes on from what it
/// has where the server fails, saying so in its status.
///
/// It runs on the thread that calls `step`, which does all the waiting.
public struct InventoryKeeper: ~Copyable {
  public struct Settings: Sendable {
    /// Goes on with watches after the lists.
    public var watches = true
    /// What changes within this time is one change: a pod that gets ready moves in its slices a moment later.
    public var settlingTime = Interval.milliseconds(500)

    public init() {}
  }

  /// What a step brought.
  public struct News: Sendable {
    /// New states of the cluster, and times until which the one before still held.
    public var snapshots: [ClusterSnapshot] = []
    /// Failures that were not told before.
    public var failures: [AccessError] = []
    /// Something is to be read from the descriptor that was watched too.
    public var isDescriptorReadable = false
  }

  public private(set) var history: SnapshotHistory
  private let access: ClusterAccess
  private let settings: Settings
  private var pool = TransferPool()
  private var reflectors: [Reflector]
  private var store = ObjectStore()
  /// Whether the history has what this keeper has read itself.
  private var hasRecorded = false
  /// When the first change came that no snapshot has yet.
  private var changedAt: Instant?
  private var toldFailures: [AccessError?]

  /// Goes on from what is known of the cluster's past.
  public init(
    _ access: ClusterAccess,
    _ settings: Settings = Settings(),
    after history: SnapshotHistory = SnapshotHistory()
  ) {
    self.access = access
    self.settings = settings
    self.history = history
    reflectors = ObjectKind.allCases.map {
      Reflector($0, of: access.server, goesOn: settings.watches)
    }
    toldFailures = Array(repeating: nil, count: reflectors.count)
  }

  public var status: InventoryStatus {
    InventoryStatus(
      kinds: reflectors.map {
        InventoryStatus.Kind(
          kind: $0.kind,
          isListed: $0.isListed,
          isFollowed: $0.followedSince != nil,
          confirmedAt: $0.confirmedAt,
          failure: $0.failure,
          failures: $0.backoff.failures,
          unreadable: $0.unreadable
        )
      }
    )
  }

  /// Asks, waits and takes what comes, until there is news or the moment has come.
  public mutating func step(until moment: Instant, watching descriptor: Int32? = nil) -> News {
    var news = News()
    while true {
      startRequests()
      takeAnswers(&news)
      recordChanges(&news)
      tellFailures(&news)
      let now = Instant.now()
      if !news.snapshots.isEmpty || !news.failures.isEmpty || now >= moment { return news }
      var wake = moment
      if let changedAt, status.isComplete { wake = min(wake, changedAt + settings.settlingTime) }
      for (index, reflector) in reflectors.enumerated()
      where pool.transfers[index] == nil && !reflector.isDone {
        wake = min(wake, reflector.notBefore)
      }
      news.isDescriptorReadable = pool.wait(wake.since(now), descriptor)
      if news.isDescriptorReadable { return news }
    }
  }

  private mutating func startRequests() {
    let now = Instant.now()
    for index in reflectors.indices where pool.transfers[index] == nil {
      guard let request = reflectors[index].request(at: now) else { continue }
      do throws(AccessError) {
        pool.start(try Transfer(request, to: access), as: index)
      } catch {
        reflectors[index].fail(error, at: now)
      }
    }
  }

  private mutating func takeAnswers(_ news: inout News) {
    let ended = pool.move()
    let time = Timestamp.now()
    // By what was known before any of this is applied.
    let confirmed = confirmed(at: time)
    var store = store
    self.store = ObjectStore()
    var hasChanged = false
    for index in reflectors.indices {
      guard let transfer = pool.transfers[index] else { continue }
      let (changes, isOver) = reflectors[index].take(from: transfer, into: &store, at: time)
      if changes { hasChanged = true }
      if isOver {
        pool.remove(index)
        continue
      }
      guard let result = ended.first(where: { $0.number == index })?.result else { continue }
      pool.remove(index)
      if result == CURLE_OK {
        if reflectors[index].finish(transfer, of: access, into: &store, at: time) {
          hasChanged = true
        }
      } else {
        reflectors[index].fail(AccessError(result, transfer, access), at: .now())
      }
    }
    self.store = store
    guard hasChanged, changedAt == nil else { return }
    changedAt = .now()
    if hasRecorded, let confirmed, let snapshot = history.confirmLast(until: confirmed) {
      news.snapshots.append(snapshot)
    }
  }

  /// Says until when the last state is known to have held, before the keeper goes.
  public mutating func finish() -> ClusterSnapshot? {
    heldUntil.flatMap { history.confirmLast(until: $0) }
  }

  /// Until when the last state is known to have held; nil while there is none of the server's, or a change settles.
  public var heldUntil: Timestamp? {
    hasRecorded && changedAt == nil ? confirmed(at: .now()) : nil
  }

  /// Until when everything that is known certainly held.
  private func confirmed(at time: Timestamp) -> Timestamp? {
    let times = reflectors.compactMap { $0.confirmed(at: time) }
    return times.count == reflectors.count ? times.min() : nil
  }

  private mutating func recordChanges(_ news: inout News) {
    guard status.isComplete else { return }
    guard !hasRecorded || changedAt.map({ Instant.now() >= $0 + settings.settlingTime }) ?? false
    else {
      return
    }
    changedAt = nil
    hasRecorded = true
    let kinds = ClusterSnapshot.Kinds(reflectors.map(\.kind.kinds))
    let snapshot = store.snapshot(takenAt: .now(), kinds: kinds)
    history.record(snapshot)
    news.snapshots.append(snapshot)
  }

  private mutating func tellFailures(_ news: inout News) {
    for (index, reflector) in reflectors.enumerated() where toldFailures[index] != reflector.failure
    {
      toldFailures[index] = reflector.failure
      if let failure = reflector.failure { news.failures.append(failure) }
    }
  }
}
