import Cluster
import CommandLineKit
import System
import Wire

/// The files that `--inventory` names, and what they said so far: a file that is written anew, and one that comes into a
/// folder, is another snapshot of the cluster.
///
/// What a file said before goes on to be true of the time before.
struct InventoryFiles: Sendable {
  /// What came of a look at the files.
  struct News: Sendable {
    /// The history with what is new; nil where nothing new could be read.
    var history: ClusterHistory?
    /// What whoever watches should know, a line each.
    var lines: [String] = []
  }

  private let words: [String]
  private(set) var states: SnapshotHistory
  private var seen: [String: FileMark]
  /// What had changed at the last look: it is read when it is still the same at the next, so that nothing is read while it
  /// is written.
  private var pending: [String: FileMark] = [:]
  private var lastLook: Timestamp

  /// Reads the files, and goes on from what is known of the cluster's past.
  init(
    _ words: [String],
    at now: Timestamp,
    after earlier: SnapshotHistory = SnapshotHistory()
  ) throws(Failure) {
    self.words = words
    lastLook = now
    seen = Self.marks(of: words)
    let files = try readInventoryFiles(words)
    var found = try snapshots(of: files)
    var written = files.compactMap { FileMark(path: $0.name)?.modified }.max() ?? now
    if written > now { written = now }
    if let dated = found.firstIndex(where: { $0.takenAt != nil }) {
      for index in dated..<found.count {
        // What comes behind one that has a time came after it; nothing is known of times to come.
        found[index].takenAt = min(found[index].takenAt ?? written, now)
      }
    }
    states = SnapshotHistory(found, earlier.limits)
    guard !earlier.snapshots.isEmpty else { return }
    states = earlier.going(on: states.snapshots, by: written, now)
  }

  var history: ClusterHistory { states.cluster }

  /// Up to when what is known is known to have held, where no snapshot says it: files of no time hold as they are.
  var heldUntil: Timestamp? { states.snapshots.last?.takenAt == nil ? lastLook : nil }

  /// Whether there is a file that can change.
  var canChange: Bool { words.contains { $0 != "-" } }

  /// Looks whether files changed; nil where none did.
  mutating func look(at now: Timestamp) -> News? {
    let changed = Self.marks(of: words).filter { seen[$0.key] != $0.value }
    guard !changed.isEmpty, changed == pending else {
      if changed.isEmpty { lastLook = now }
      pending = changed
      return nil
    }
    pending = [:]
    var news = News()
    for (path, mark) in changed.sorted(by: { InventoryFile.precedes($0.key, $1.key) }) {
      seen[path] = mark
      do throws(InventoryError) {
        let file = try inventoryFile(path, nil)
        // A folder may hold other JSON, too.
        let isOther = try isNamed(path) ? false : !file.isInventory()
        if isOther { continue }
        add(try ClusterSnapshot(of: file), writtenAt: mark.modified, now: now)
        news.history = ClusterHistory()
        news.lines.append("\(path) has changed: it is the inventory from now on")
      } catch {
        news.lines.append("\(error.description); the inventory stays what it was")
      }
    }
    lastLook = now
    if news.history != nil { news.history = history }
    return news.lines.isEmpty ? nil : news
  }

  private mutating func add(_ new: ClusterSnapshot, writtenAt: Timestamp, now: Timestamp) {
    var new = new
    // What was there when the watch began is older than what comes now.
    states.date(timelessAt: min(lastLook, writtenAt))
    let last = states.snapshots.last?.takenAt ?? lastLook
    let written = writtenAt > lastLook && writtenAt < now ? writtenAt : now
    if let own = new.takenAt, own > last, own < now {
      new.takenAt = own
    } else {
      new.takenAt = max(written, last)
    }
    states.record(new)
  }

  private func isNamed(_ path: String) throws(InventoryError) -> Bool {
    for word in words where try InventoryArgument(word).path == path { return true }
    return false
  }

  private static func marks(of words: [String]) -> [String: FileMark] {
    var marks: [String: FileMark] = [:]
    for word in words where word != "-" {
      guard let path = try? InventoryArgument(word).path else { continue }
      let files =
        isDirectory(path)
        ? ((try? plainFiles(ofDirectory: path)) ?? []).filter(InventoryFile.isCandidate) : [path]
      for file in files {
        // A file that is not there now is being replaced, or its word still stands.
        if let mark = FileMark(path: file) { marks[file] = mark }
      }
    }
    return marks
  }
}

extension SnapshotHistory {
  /// This history, and behind it what files say when a process begins anew: they were last written at `written`.
  fileprivate func going(
    on found: [ClusterSnapshot],
    by written: Timestamp,
    _ now: Timestamp
  ) -> Self {
    var timeless = found.filter { $0.takenAt == nil }
    // Nothing but what was there when the process before began: as if that had gone on.
    if timeless.count == found.count, snapshots.starts(with: timeless),
      let state = timeless.last, snapshots[timeless.count...].allSatisfy(state.saysTheSame)
    {
      return Self(timeless, limits)
    }
    // Behind those that have a time nothing without one is new.
    if timeless.count < found.count { timeless.removeAll(where: snapshots.contains) }
    let dated = found.filter { $0.takenAt != nil && !snapshots.contains($0) }
    var known = Self(snapshots + dated, limits)
    let last = known.snapshots.suffix(timeless.count)
    if last.elementsEqual(timeless, by: { $0.saysTheSame(as: $1) }) { return known }
    for var state in timeless {
      state.takenAt = known.snapshots.last?.takenAt.map { $0 < written ? written : now } ?? written
      known.record(state)
    }
    return known
  }
}
