internal import Affinity
internal import Reporting
public import Wire

/// What happened, kept in a database file for as long as it is wanted.
///
/// One thread writes it, a report in one transaction, so that a kill leaves what was before or what is after. Readers open
/// the file by themselves (`HistoryReader`): with a write-ahead log neither waits for the other.
public struct HistoryStore: ~Copyable, Sendable {
  private let database: Database
  private var findings: KeptRows
  private var incidents: KeptRows
  private var sessions: KeptRows
  private var verdict: Statement
  private var node: Statement
  private var report: Statement
  /// The verdict that was last written of a service's expectation.
  private var verdicts: [VerdictKey: Report.ExpectationVerdict] = [:]

  private struct VerdictKey: Hashable {
    var service: String
    var expectation: String
  }

  public init(path: String) throws(StoreError) {
    let database = try Database(path: path, for: .readingAndWriting)
    try HistorySchema.prepare(database)
    let findings = KeptRows(
      write: try database.prepare(
        """
        INSERT INTO findings VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, NULL, ?10)
        ON CONFLICT (id) DO UPDATE SET incident = ?2, mode = ?3, class = ?4, service = ?5, client = ?6, node = ?7,
        at = ?8, seen = ?9, withdrawn = NULL, json = ?10
        """
      ),
      withdraw: try database.prepare(
        "UPDATE findings SET withdrawn = ?2 WHERE id = ?1 AND withdrawn IS NULL"
      )
    )
    let incidents = KeptRows(
      write: try database.prepare(
        """
        INSERT INTO incidents VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, NULL, ?8)
        ON CONFLICT (id) DO UPDATE SET mode = ?2, class = ?3, service = ?4, node = ?5, at = ?6, seen = ?7,
        withdrawn = NULL, json = ?8
        """
      ),
      withdraw: try database.prepare(
        "UPDATE incidents SET withdrawn = ?2 WHERE id = ?1 AND withdrawn IS NULL"
      )
    )
    let sessions = KeptRows(
      write: try database.prepare(
        """
        INSERT INTO sessions VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7)
        ON CONFLICT (client, front) DO UPDATE SET service = ?3, at = ?4, seen = ?5, placements = ?6, json = ?7
        """
      ),
      withdraw: nil
    )
    let verdict = try database.prepare("INSERT INTO verdicts VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
    let node = try database.prepare("INSERT OR REPLACE INTO nodes VALUES (?, ?, ?, ?, ?)")
    let report = try database.prepare("INSERT OR REPLACE INTO report VALUES (1, ?, ?)")
    self.database = database
    self.findings = findings
    self.incidents = incidents
    self.sessions = sessions
    self.verdict = verdict
    self.node = node
    self.report = report
  }

  /// Writes what a report says and earlier ones did not, and the report itself.
  ///
  /// What is gone from it although it is younger than all that was forgotten has been withdrawn.
  public mutating func record(
    _ made: MadeReport,
    _ nodes: [NodeState],
    rememberedSince: Timestamp
  ) throws(StoreError) {
    let now = made.madeAt
    try database.execute("BEGIN IMMEDIATE")
    do throws(StoreError) {
      try write(made.report, rememberedSince, now)
      for state in nodes {
        try node.run([
          .text(state.name), .integer(Int64(bitPattern: state.epoch)),
          .integer(Int64(bitPattern: state.sequence)), SQLValue(state.lastHeard?.nanoseconds),
          .integer(now.nanoseconds),
        ])
      }
      let stored = StoredReport(made.report, events: made.clusterEvents)
      try report.run([.integer(now.nanoseconds), .bytes(stored.json)])
      try database.execute("COMMIT")
    } catch {
      // What was not written is written with the next report.
      findings.forget()
      incidents.forget()
      sessions.forget()
      verdicts = [:]
      // Some failures have ended the transaction already.
      try? database.execute("ROLLBACK")
      throw error
    }
  }

  /// Forgets what no report has said since.
  public func prune(before time: Timestamp) throws(StoreError) {
    let time = time.nanoseconds
    try database.execute(
      """
      BEGIN IMMEDIATE;
      DELETE FROM findings WHERE seen < \(time);
      DELETE FROM incidents WHERE seen < \(time);
      DELETE FROM sessions WHERE seen < \(time);
      DELETE FROM verdicts WHERE at < \(time);
      DELETE FROM nodes WHERE seen < \(time);
      COMMIT;
      PRAGMA incremental_vacuum
      """
    )
  }

  private mutating func write(
    _ report: Report,
    _ rememberedSince: Timestamp,
    _ now: Timestamp
  ) throws(StoreError) {
    for finding in report.findings {
      try findings.write(finding.id, finding, at: finding.at) {
        [
          .text(finding.id), .text(finding.incident), SQLValue(finding.mode),
          .text(finding.modeClass), SQLValue(finding.service), SQLValue(finding.client),
          SQLValue(finding.node), .integer(finding.at.nanoseconds), .integer(now.nanoseconds),
          .bytes(finding.json),
        ]
      }
    }
    try findings.withdrawOthers(after: rememberedSince, now)
    for incident in report.incidents {
      try incidents.write(incident.id, incident, at: incident.from) {
        [
          .text(incident.id), SQLValue(incident.mode), .text(incident.modeClass),
          SQLValue(incident.service), SQLValue(incident.node), .integer(incident.from.nanoseconds),
          .integer(now.nanoseconds), .bytes(incident.json),
        ]
      }
    }
    try incidents.withdrawOthers(after: rememberedSince, now)
    for session in report.sessions {
      let (client, front) = (session.client.description, session.front.description)
      let from = session.placements.first?.from
      try sessions.write("\(client) \(front)", session, at: from ?? now) {
        [
          .text(client), .text(front), SQLValue(session.service), SQLValue(from?.nanoseconds),
          .integer(now.nanoseconds), .integer(Int64(session.placements.count)),
          .bytes(session.json),
        ]
      }
    }
    try sessions.withdrawOthers(after: rememberedSince, now)
    for service in report.services {
      let name = service.name ?? service.fronts.first ?? ""
      for told in service.verdicts {
        let key = VerdictKey(service: name, expectation: told.expectation)
        // Its counts grow all the time; they are written with what they led to.
        guard verdicts[key]?.verdict != told.verdict else { continue }
        verdicts[key] = told
        try verdict.run([
          .integer(now.nanoseconds), .text(name), .text(told.expectation),
          .text(told.verdict.rawValue), .text(told.reason), .integer(Int64(told.checked)),
          .integer(Int64(told.violations)), .integer(Int64(told.explained)),
        ])
      }
    }
  }
}
