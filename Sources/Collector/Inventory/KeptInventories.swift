public import Cluster
internal import JSONText
public import System
public import Wire

/// What was known of the cluster, on disk beside the log: what agents told before this process began is judged by what the
/// cluster was then, not by what it is now.
///
/// `0000000007.json` is a snapshot; one that says nothing but a time says that the one before it still held then.
public struct KeptInventories: Sendable {
  private struct Kept: Sendable {
    var number: UInt64
    var snapshot: ClusterSnapshot
    /// It is written whole, and not only as a time.
    var isWhole: Bool
  }

  private let files: NumberedFiles
  private let limits: SnapshotHistory.Limits
  private var kept: [Kept] = []
  private var nextNumber: UInt64 = 1
  private var failure: SystemError?
  /// The revision of the states that the disk holds, and when to try again what could not be written.
  private var revision: Int?
  private var notBefore: Instant?

  /// So much later than it is known a state has to hold for that to be written.
  private static let leastNews = Interval.seconds(2)
  private static let patience = Interval.seconds(10)

  /// Reads what an earlier process kept; what is wrong with it is added to `lines`.
  public init(
    of settings: CollectorSettings,
    at now: Timestamp = .now(),
    _ lines: inout [String]
  ) {
    files = NumberedFiles(in: settings.logDirectory, ending: ".json")
    var limits = SnapshotHistory.Limits()
    limits.age = settings.window
    self.limits = limits
    // There is no folder before the first collector has begun.
    let numbers = (try? files.numbers()) ?? []
    nextNumber = (numbers.last ?? 0) + 1
    var isDamaged = false
    for number in numbers {
      do {
        let path = files.path(of: number)
        let bytes = try bytes(ofSmallFile: path, upTo: .max)
        var snapshot = try ClusterSnapshot(reading: bytes, named: path)
        // Nothing is known of times to come, whatever a clock once said.
        snapshot.takenAt = snapshot.takenAt.map { min($0, now) }
        kept.append(Kept(number: number, snapshot: snapshot, isWhole: snapshot.kinds != []))
      } catch {
        isDamaged = true
        lines.append(
          "\(error); what it said of the cluster is not known any more, and it can be removed"
        )
      }
    }
    kept = Self.ordered(kept)
    if isDamaged {
      // What the one before said is not known of those that only repeat it.
      for index in kept.indices where !kept[index].isWhole {
        kept[index].snapshot = ClusterSnapshot()
      }
    }
  }

  /// In the order of their times, with what those that are times alone say.
  private static func ordered(_ kept: [Kept]) -> [Kept] {
    let (timeless, dated) = (
      kept.filter { $0.snapshot.takenAt == nil }, kept.filter { $0.snapshot.takenAt != nil }
    )
    var ordered: [Kept] = []
    let sorted = dated.sorted { left, right in
      (left.snapshot.takenAt?.nanoseconds ?? 0, left.number)
        < (right.snapshot.takenAt?.nanoseconds ?? 0, right.number)
    }
    for var one in timeless + sorted {
      if !one.isWhole, let time = one.snapshot.takenAt, let last = ordered.last {
        one.snapshot = last.snapshot
        one.snapshot.takenAt = time
      }
      ordered.append(one)
    }
    return ordered
  }

  /// What is known of the cluster's past.
  public var states: SnapshotHistory {
    SnapshotHistory(kept.map(\.snapshot).filter { $0.kinds != [] }, limits)
  }

  /// Has the disk hold these states, of which the last held until a moment, and nothing else; answers what is to be told.
  ///
  /// It may be called as often as one likes: mostly there is nothing to do.
  public mutating func keep(
    _ states: SnapshotHistory,
    until moment: Timestamp?,
    at now: Instant = .now()
  ) -> [String] {
    if let notBefore, now < notBefore { return [] }
    guard let last = states.snapshots.last else { return [] }
    let told = kept.last.flatMap { $0.snapshot.saysTheSame(as: last) ? $0.snapshot.takenAt : nil }
    let known = [last.takenAt, told].compactMap(\.self).max()
    let isNews = moment.map { moment in known.map { moment.since($0) >= Self.leastNews } ?? true }
    guard isNews == true || revision != states.revision else { return [] }
    var held = last
    held.takenAt = isNews == true ? moment : known
    defer { kept = Self.ordered(kept) }
    do throws(SystemError) {
      if revision == states.revision {
        try replaceLast(by: held)
      } else {
        try write(states.snapshots + (held.takenAt == last.takenAt ? [] : [held]))
      }
      defer { failure = nil }
      (revision, notBefore) = (states.revision, nil)
      return failure == nil ? [] : ["what is known of the cluster can be kept again"]
    } catch {
      defer { failure = error }
      (revision, notBefore) = (nil, now + Self.patience)
      return failure == error
        ? []
        : ["\(error); a collector that is started again will not know what the cluster was before"]
    }
  }

  /// Writes until when the last state held, where the disk has all else.
  private mutating func replaceLast(by held: ClusterSnapshot) throws(SystemError) {
    let old = kept.last.flatMap { $0.isWhole ? nil : $0.number }
    try append(held, isWhole: false)
    if let old { remove([old]) }
  }

  private mutating func write(_ wanted: [ClusterSnapshot]) throws(SystemError) {
    var outdated = Set(kept.map(\.number))
    var new: [(ClusterSnapshot, isWhole: Bool)] = []
    for (index, snapshot) in wanted.enumerated() {
      let isWhole =
        index == 0 || snapshot.takenAt == nil || !snapshot.saysTheSame(as: wanted[index - 1])
      let place = kept.firstIndex { one in
        one.isWhole == isWhole && one.snapshot == snapshot && outdated.contains(one.number)
      }
      guard let place else {
        new.append((snapshot, isWhole))
        continue
      }
      outdated.remove(kept[place].number)
      // It shares its memory with what it is compared to the next time.
      kept[place].snapshot = snapshot
    }
    for (snapshot, isWhole) in new { try append(snapshot, isWhole: isWhole) }
    remove(outdated)
  }

  private mutating func append(_ snapshot: ClusterSnapshot, isWhole: Bool) throws(SystemError) {
    let told = isWhole ? snapshot : ClusterSnapshot(takenAt: snapshot.takenAt)
    try replaceFile(files.path(of: nextNumber), by: told.text(.compact))
    kept.append(Kept(number: nextNumber, snapshot: snapshot, isWhole: isWhole))
    nextNumber += 1
  }

  private mutating func remove(_ numbers: Set<UInt64>) {
    for number in numbers { files.remove(number) }
    kept.removeAll { numbers.contains($0.number) }
  }
}
