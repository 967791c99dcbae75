internal import CSQLite

/// An open SQLite database, closed exactly once.
///
/// It belongs to one thread at a time, which its owner sees to; several may be open on one file.
@safe
public struct Database: ~Copyable, @unchecked Sendable {
  public enum Access: Sendable {
    /// Made where it is not there.
    case readingAndWriting
    case reading
  }

  private let handle: OpaquePointer
  public let path: String

  /// How long a write waits for that of another process.
  private static let patience: Int32 = 5_000

  public init(path: String, for access: Access) throws(StoreError) {
    var handle: OpaquePointer?
    let flags =
      access == .reading ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
    // SAFETY: the path outlives the call; SQLite hands out a handle even where it fails, which is closed below.
    let status = unsafe sqlite3_open_v2(path, &handle, flags | SQLITE_OPEN_EXRESCODE, nil)
    guard let opened = unsafe handle else { throw StoreError(path, "no memory to open it") }
    guard status == SQLITE_OK else {
      let error = unsafe Self.error(path, status, opened)
      unsafe sqlite3_close_v2(opened)
      throw error
    }
    unsafe self.handle = unsafe opened
    self.path = path
    // SAFETY: the handle is open.
    unsafe sqlite3_busy_timeout(opened, Self.patience)
  }

  deinit {
    // SAFETY: closed once; a statement that is still there keeps it until it goes.
    unsafe sqlite3_close_v2(handle)
  }

  /// Runs statements that answer nothing.
  public func execute(_ text: String) throws(StoreError) {
    // SAFETY: the text outlives the call.
    let status = unsafe sqlite3_exec(handle, text, nil, nil, nil)
    guard status == SQLITE_OK else { throw error(status) }
  }

  public func prepare(_ text: String) throws(StoreError) -> Statement {
    var statement: OpaquePointer?
    // SAFETY: the text outlives the call, as the statement does not refer to it.
    let status = unsafe sqlite3_prepare_v2(handle, text, -1, &statement, nil)
    guard status == SQLITE_OK, let prepared = unsafe statement else { throw error(status) }
    return unsafe Statement(owning: prepared, of: path)
  }

  /// Does all of `body` or nothing of it.
  public func transaction(_ body: () throws(StoreError) -> Void) throws(StoreError) {
    try execute("BEGIN IMMEDIATE")
    do throws(StoreError) {
      try body()
      try execute("COMMIT")
    } catch {
      // Some failures have rolled it back already.
      try? execute("ROLLBACK")
      throw error
    }
  }

  /// The first number that a query answers.
  public func number(_ query: String) throws(StoreError) -> Int64? {
    var statement = try prepare(query)
    return try statement.next() ? statement.integer(0) : nil
  }

  private func error(_ status: Int32) -> StoreError {
    unsafe Self.error(path, status, handle)
  }

  /// In words for whoever named the file.
  static func error(_ path: String, _ status: Int32, _ handle: OpaquePointer?) -> StoreError {
    // SAFETY: the message is copied at once.
    let message = unsafe String(cString: sqlite3_errmsg(handle))
    switch status & 0xff {
    case SQLITE_NOTADB:
      return StoreError(
        path,
        "this is no SQLite database",
        advice: "nothing was written to it; name another file, or move this one away",
        isDamage: true
      )
    case SQLITE_CORRUPT:
      return StoreError(
        path,
        "the database is damaged or cut short (\(message))",
        advice: "nothing was written to it; move it away to begin anew, or put a copy in its place",
        isDamage: true
      )
    case SQLITE_CANTOPEN:
      return StoreError(path, "cannot be opened (\(message))", advice: "is its folder there?")
    case SQLITE_FULL: return StoreError(path, "no room on the disk")
    case SQLITE_BUSY:
      return StoreError(path, "another process is writing to it", advice: "is a collector running?")
    case SQLITE_READONLY, SQLITE_PERM:
      return StoreError(path, "may not be written to", advice: "look at its owner and its mode")
    default: return StoreError(path, message)
    }
  }
}
