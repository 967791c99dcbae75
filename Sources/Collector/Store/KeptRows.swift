internal import Wire

/// The rows of one table that reports told so far: only what changed is written again.
struct KeptRows: ~Copyable, Sendable {
  private struct Row {
    var digest: Int
    var at: Timestamp
    /// In which report it was last told.
    var round: UInt64
  }

  private var write: Statement
  private var withdraw: Statement?
  private var rows: [String: Row] = [:]
  private var round: UInt64 = 0

  init(write: consuming Statement, withdraw: consuming Statement?) {
    self.write = write
    self.withdraw = withdraw
  }

  /// Writes a row unless it says what it said in the last report.
  mutating func write(
    _ key: String,
    _ value: some Hashable,
    at: Timestamp,
    _ columns: () -> [SQLValue]
  ) throws(StoreError) {
    let digest = value.hashValue
    let isKnown = rows[key]?.digest == digest
    rows[key] = Row(digest: digest, at: at, round: round)
    if !isKnown { try write.run(columns()) }
  }

  /// Ends a report: what it no longer told, and has not merely forgotten, is withdrawn.
  mutating func withdrawOthers(after time: Timestamp, _ now: Timestamp) throws(StoreError) {
    for (key, row) in rows where row.round != round {
      rows[key] = nil
      if row.at >= time { try withdraw?.run([.text(key), .integer(now.nanoseconds)]) }
    }
    round += 1
  }

  /// Takes nothing for written.
  mutating func forget() { rows = [:] }
}
