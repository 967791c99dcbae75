internal import Glibc

extension HistoryStore {
  /// Opens a history, or begins one; a damaged one of ours makes room for another.
  ///
  /// It is ours where a collector's log is beside it: a file of somebody else that was named by mistake is refused, and
  /// stays where it is. What is to be told is added to `lines`.
  static func open(
    _ path: String,
    hasLog: Bool,
    _ lines: inout [String]
  ) throws(StoreError) -> HistoryStore {
    if hasLog, isEmpty(path) {
      lines.append("\(path): \(path).log has a log, but there is no history here; \(beginsAnew)")
    }
    do throws(StoreError) {
      return try HistoryStore(path: path)
    } catch {
      guard error.isDamage, hasLog else { throw error }
      lines.append(try setAside(path, because: error))
    }
    return try HistoryStore(path: path)
  }

  /// Gives a damaged database another name, with what SQLite keeps beside it; answers what is to be told.
  ///
  /// Nobody may have it open.
  static func setAside(_ path: String, because damage: StoreError) throws(StoreError) -> String {
    let copies = (1...).lazy.map { "\(path).damaged-\($0)" }
    guard let name = copies.first(where: { !isThere($0) }) else { throw damage }
    // The database last: a log that is found beside a new one would be taken for its own.
    for part in ["-wal", "-shm", ""] where isThere(path + part) {
      // SAFETY: both paths outlive the call.
      guard unsafe rename(path + part, name + part) == 0 else {
        throw StoreError(path, "\(damage.reason), and it cannot be renamed", advice: damage.advice)
      }
    }
    return "\(path): \(damage.reason); it is kept as \(name), and \(beginsAnew)"
  }

  private static let beginsAnew = "the history begins anew with what the log has"

  private static func isThere(_ path: String) -> Bool {
    // SAFETY: the path outlives the call.
    unsafe access(path, F_OK) == 0
  }

  private static func isEmpty(_ path: String) -> Bool {
    var status = stat()
    // SAFETY: the system fills the structure, and keeps no pointer to it or to the path.
    return unsafe stat(path, &status) != 0 || status.st_size == 0
  }
}
