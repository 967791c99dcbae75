/// What a history's database looks like, and how it is told from others.
enum HistorySchema {
  /// `Stkl`: what tells our files from those of other programs.
  private static let application: Int64 = 0x5374_6b6c
  private static let version: Int64 = 1

  /// Times are nanoseconds since 1970; `json` is the part of a report as `stickler.report/1` has it.
  ///
  /// `told` is when a row was first written, `seen` when a report last said something new of it, and `withdrawn` when one no longer did
  /// although it could have.
  private static let tables = """
    CREATE TABLE findings (
      id TEXT PRIMARY KEY, incident TEXT NOT NULL, mode TEXT, class TEXT NOT NULL, service TEXT, client TEXT, node TEXT,
      at INTEGER NOT NULL, told INTEGER NOT NULL, seen INTEGER NOT NULL, withdrawn INTEGER, json BLOB NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX findings_by_time ON findings (at);
    CREATE TABLE incidents (
      id TEXT PRIMARY KEY, mode TEXT, class TEXT NOT NULL, service TEXT, node TEXT,
      at INTEGER NOT NULL, told INTEGER NOT NULL, seen INTEGER NOT NULL, withdrawn INTEGER, json BLOB NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX incidents_by_time ON incidents (at);
    CREATE TABLE sessions (
      client TEXT NOT NULL, front TEXT NOT NULL, service TEXT, at INTEGER, told INTEGER NOT NULL, seen INTEGER NOT NULL,
      placements INTEGER NOT NULL, json BLOB NOT NULL, PRIMARY KEY (client, front)
    ) WITHOUT ROWID;
    CREATE INDEX sessions_by_time ON sessions (seen);
    CREATE TABLE verdicts (
      at INTEGER NOT NULL, service TEXT NOT NULL, expectation TEXT NOT NULL, verdict TEXT NOT NULL,
      reason TEXT NOT NULL, checked INTEGER NOT NULL, violations INTEGER NOT NULL, explained INTEGER NOT NULL
    );
    CREATE INDEX verdicts_by_time ON verdicts (at);
    CREATE TABLE nodes (
      name TEXT PRIMARY KEY, epoch INTEGER NOT NULL, sequence INTEGER NOT NULL, heard INTEGER, seen INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE report (
      number INTEGER PRIMARY KEY CHECK (number = 1), at INTEGER NOT NULL, json BLOB NOT NULL
    );
    """

  /// A report of many sessions makes the log as long as itself; the disk has that back when it is over.
  private static let journal = """
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA journal_size_limit = \(16 << 20)
    """

  /// Makes the tables of a new database, or looks whether these are ours.
  static func prepare(_ database: borrowing Database) throws(StoreError) {
    guard try database.number("SELECT count(*) FROM sqlite_schema") == 0 else {
      try check(database)
      return try database.execute(journal)
    }
    // It cannot be had later.
    try database.execute("PRAGMA auto_vacuum = INCREMENTAL")
    try database.execute(journal)
    try database.execute(
      """
      BEGIN IMMEDIATE;
      \(tables)
      PRAGMA application_id = \(application);
      PRAGMA user_version = \(version);
      COMMIT
      """
    )
  }

  static func check(_ database: borrowing Database) throws(StoreError) {
    guard try database.number("PRAGMA application_id") == application else {
      throw StoreError(
        database.path,
        "a database of another program",
        advice: "nothing was written to it; name another file"
      )
    }
    guard try database.number("PRAGMA user_version") == version else {
      throw StoreError(
        database.path,
        "a database of another version of Stickler",
        advice: "nothing was written to it; name another file, or use that version"
      )
    }
    // What is missing of a file that was cut is noticed where it is read: all that was told lies in these.
    for table in ["findings", "incidents", "sessions", "verdicts", "nodes", "report"] {
      _ = try database.number("SELECT count(*) FROM \(table)")
    }
  }
}
