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
  private var snapshots: [ClusterSnapshot]
  private var seen: [String: FileMark]
  /// What had changed at the last look: it is read when it is still the same at the next, so that nothing is read while it
  /// is written.
  private var pending: [String: FileMark] = [:]
  private var lastLook: Timestamp
  /// A snapshot of a large cluster takes megabytes; of so many the second oldest makes room.
  private static let mostSnapshots = 64

  init(_ words: [String], at now: Timestamp) throws(Failure) {
    self.words = words
    lastLook = now
    seen = Self.marks(of: words)
    snapshots = try readSnapshots(words)
  }

  var history: ClusterHistory { ClusterHistory(snapshots) }

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
    for index in snapshots.indices where snapshots[index].takenAt == nil {
      // It was there when the watch began, and is older than what comes now.
      snapshots[index].takenAt = min(lastLook, writtenAt)
    }
    let last = snapshots.compactMap(\.takenAt).max() ?? lastLook
    let written = writtenAt > lastLook && writtenAt < now ? writtenAt : now
    if let own = new.takenAt, own > last {
      new.takenAt = own
    } else {
      new.takenAt = max(written, last)
    }
    // The same again says that it still holds.
    if snapshots.count > 1, snapshots.suffix(2).allSatisfy({ $0.saysTheSame(as: new) }) {
      snapshots.removeLast()
    }
    snapshots.append(new)
    if snapshots.count > Self.mostSnapshots { snapshots.remove(at: 1) }
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

extension ClusterSnapshot {
  fileprivate func saysTheSame(as other: Self) -> Bool {
    var other = other
    other.takenAt = takenAt
    return self == other
  }
}
