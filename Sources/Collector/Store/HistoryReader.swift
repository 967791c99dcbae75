public import Reporting
public import Wire

/// What to look for in a history: all that is given must hold.
public struct HistoryQuery: Hashable, Sendable {
  public var service: String?
  public var client: String?
  public var mode: String?
  public var node: String?
  public var from: Timestamp?
  public var to: Timestamp?
  /// Leaves out what later reports no longer said.
  public var leavesOutWithdrawn = false
  /// So many rows at most, after so many.
  public var limit = 100
  public var offset = 0

  public init() {}
}

/// A row of a history: a part of a report as JSON, and when reports said it.
public struct HistoryRow: Hashable, Sendable {
  public var json: [UInt8]
  public var told: Timestamp
  public var seen: Timestamp
  public var withdrawn: Timestamp?
}

/// A change of a verdict.
public struct VerdictChange: Hashable, Sendable {
  public var at: Timestamp
  public var service: String
  public var expectation: String
  public var verdict: String
  public var reason: String
  public var checked: Int
  public var violations: Int
  public var explained: Int
}

/// Reads a history, also while it is written.
public struct HistoryReader: ~Copyable, Sendable {
  private let database: Database

  public init(path: String) throws(StoreError) {
    let database = try Database(path: path, for: .reading)
    try HistorySchema.check(database)
    self.database = database
  }

  /// The report that was last written; nil before the first one.
  public func latestReport() throws(StoreError) -> StoredReport? {
    var statement = try database.prepare("SELECT json FROM report")
    guard try statement.next() else { return nil }
    do {
      return try StoredReport(json: statement.bytes(0))
    } catch {
      throw StoreError(database.path, "the report in it cannot be read: \(error)")
    }
  }

  /// The latest first.
  public func findings(_ query: HistoryQuery) throws(StoreError) -> [HistoryRow] {
    try rows("findings", "withdrawn", query, columns: ["service", "client", "mode", "node"])
  }

  /// The latest first.
  public func incidents(_ query: HistoryQuery) throws(StoreError) -> [HistoryRow] {
    try rows("incidents", "withdrawn", query, columns: ["service", "mode", "node"])
  }

  /// The latest first; a session's time is that of its first placement.
  public func sessions(_ query: HistoryQuery) throws(StoreError) -> [HistoryRow] {
    try rows("sessions", "NULL", query, columns: ["service", "client"])
  }

  /// The latest first.
  public func verdicts(_ query: HistoryQuery) throws(StoreError) -> [VerdictChange] {
    let (condition, values) = condition(query, columns: ["service"], withdrawn: nil)
    var statement = try database.prepare(
      """
      SELECT at, service, expectation, verdict, reason, checked, violations, explained FROM verdicts
      WHERE \(condition) ORDER BY at DESC, rowid DESC LIMIT ? OFFSET ?
      """
    )
    try statement.bind(values)
    var changes: [VerdictChange] = []
    while try statement.next() {
      changes.append(
        VerdictChange(
          at: Timestamp(nanoseconds: statement.integer(0)),
          service: statement.text(1) ?? "",
          expectation: statement.text(2) ?? "",
          verdict: statement.text(3) ?? "",
          reason: statement.text(4) ?? "",
          checked: Int(statement.integer(5)),
          violations: Int(statement.integer(6)),
          explained: Int(statement.integer(7))
        )
      )
    }
    return changes
  }

  private func rows(
    _ table: String,
    _ withdrawn: String,
    _ query: HistoryQuery,
    columns: [String]
  ) throws(StoreError) -> [HistoryRow] {
    let (condition, values) = condition(query, columns: columns, withdrawn: withdrawn)
    var statement = try database.prepare(
      """
      SELECT json, told, seen, \(withdrawn) FROM \(table) WHERE \(condition)
      ORDER BY at DESC, told DESC LIMIT ? OFFSET ?
      """
    )
    try statement.bind(values)
    var rows: [HistoryRow] = []
    while try statement.next() {
      rows.append(
        HistoryRow(
          json: statement.bytes(0),
          told: Timestamp(nanoseconds: statement.integer(1)),
          seen: Timestamp(nanoseconds: statement.integer(2)),
          withdrawn: statement.isNull(3) ? nil : Timestamp(nanoseconds: statement.integer(3))
        )
      )
    }
    return rows
  }

  /// A condition, and the values of its parameters with those of limit and offset behind them.
  private func condition(
    _ query: HistoryQuery,
    columns: [String],
    withdrawn: String?
  ) -> (String, [SQLValue]) {
    var conditions = ["1"]
    var values: [SQLValue] = []
    let texts = [
      ("service", query.service), ("client", query.client), ("mode", query.mode),
      ("node", query.node),
    ]
    for (column, text) in texts {
      guard let text else { continue }
      // What a table does not tell of cannot hold.
      conditions.append(columns.contains(column) ? "\(column) = ?" : "? IS NULL")
      values.append(.text(text))
    }
    if let from = query.from {
      conditions.append("at >= ?")
      values.append(.integer(from.nanoseconds))
    }
    if let to = query.to {
      conditions.append("at <= ?")
      values.append(.integer(to.nanoseconds))
    }
    if query.leavesOutWithdrawn, let withdrawn { conditions.append("\(withdrawn) IS NULL") }
    values.append(.integer(Int64(max(0, query.limit))))
    values.append(.integer(Int64(max(0, query.offset))))
    return (conditions.joined(separator: " AND "), values)
  }
}
