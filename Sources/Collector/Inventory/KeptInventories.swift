public import Cluster
internal import JSONText
internal import System
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

  /// So much later than it is known a state has to hold for that to be written.
  private static let leastNews = Interval.seconds(2)

  /// Reads what an earlier process kept; what is wrong with it is added to `lines`.
  public init(of settings: CollectorSettings, _ lines: inout [String]) {
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
        let snapshot = try ClusterSnapshot(reading: bytes, named: path)
        kept.append(Kept(number: number, snapshot: snapshot, isWhole: snapshot.kinds != []))
      } catch {
        isDamaged = true
        kept.append(Kept(number: number, snapshot: ClusterSnapshot(), isWhole: true))
        lines.append("\(error); what it said of the cluster is not known any more")
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
  public mutating func keep(_ states: SnapshotHistory, until moment: Timestamp?) -> [String] {
    var wanted = states.snapshots
    if let last = wanted.last {
      let told = kept.last.flatMap { $0.snapshot.saysTheSame(as: last) ? $0.snapshot.takenAt : nil }
      let known = [last.takenAt, told].compactMap(\.self).max()
      let isNews = moment.map { moment in known.map { moment.since($0) >= Self.leastNews } ?? true }
      var held = last
      held.takenAt = isNews == true ? moment : known
      if held.takenAt != last.takenAt { wanted.append(held) }
    }
    defer { kept = Self.ordered(kept) }
    do throws(SystemError) {
      try write(wanted)
      defer { failure = nil }
      return failure == nil ? [] : ["what is known of the cluster can be kept again"]
    } catch {
      defer { failure = error }
      return failure == error
        ? []
        : ["\(error); a collector that is started again will not know what the cluster was before"]
    }
  }

  private mutating func write(_ wanted: [ClusterSnapshot]) throws(SystemError) {
    var old = kept[...]
    var new: [(ClusterSnapshot, isWhole: Bool)] = []
    var outdated: [Kept] = []
    for (index, snapshot) in wanted.enumerated() {
      let isWhole = index == 0 || !snapshot.saysTheSame(as: wanted[index - 1])
      guard let place = old.firstIndex(where: { $0.isWhole == isWhole && $0.snapshot == snapshot })
      else {
        new.append((snapshot, isWhole))
        continue
      }
      outdated += old[..<place]
      // It shares its memory with what it is compared to the next time.
      kept[place].snapshot = snapshot
      old = old[(place + 1)...]
    }
    outdated += old
    for (snapshot, isWhole) in new {
      var told = ClusterSnapshot(takenAt: snapshot.takenAt)
      if isWhole { told = snapshot }
      try replaceFile(files.path(of: nextNumber), by: told.text(.compact))
      kept.append(Kept(number: nextNumber, snapshot: snapshot, isWhole: isWhole))
      nextNumber += 1
    }
    let removed = Set(outdated.map(\.number))
    for number in removed { files.remove(number) }
    kept.removeAll { removed.contains($0.number) }
  }
}
