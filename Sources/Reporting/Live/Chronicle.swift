public import Affinity
internal import Wire

/// Something that happened while a cluster was watched.
public enum ChronicleEvent: Sendable, Hashable {
  /// A session is served by another pod, or seen under another address.
  case move(Report.Session, was: Report.Placement, now: Report.Placement)
  /// Something went wrong, or needs an explanation; told again when it has grown to twice its size, and when it turned out
  /// to be another one than it was told as.
  case incident(Report.Incident, example: Report.Finding, was: Report.Incident?)
  /// What was told as an incident turned out to be none, or to be part of another one, which has its findings.
  case withdrawal(Report.Incident, successor: Report.Incident?)
  /// A pod's own answer speaks against a placement.
  case contradiction(Report.Contradiction)
  case verdict(was: Report.Verdict?, now: Report.Verdict?)
}

/// Tells from one report to the next what is new.
///
/// Reports of a cluster that is still being watched are of unequal certainty: what is in flight looks lost. So nothing
/// but a move is told before two reports in a row say it.
public struct Chronicle: Sendable {
  /// What stays the same of an incident while reports follow each other: not its time, which moves by some nanoseconds
  /// with what is known of the nodes' clocks.
  private struct Key: Hashable {
    var id: String
    var mode: String?
  }

  private struct Session: Hashable {
    var client: Endpoint
    var front: Endpoint
  }

  /// Of a contradiction what stays the same while reports follow each other.
  private struct Objection: Hashable {
    var session: Session
    var kind: String
  }

  /// How many placements of a session have been told.
  private var placements: [Session: Int] = [:]
  /// The incidents of the last report, told or not.
  private var pending: Set<Key> = []
  /// By their ids.
  private var told: [String: Report.Incident] = [:]
  /// Those of them whose ids an event has told: who listens waits to hear what becomes of them.
  private var announced: Set<String> = []
  /// The contradictions of the last report, and those that were told.
  private var pendingObjections: Set<Objection> = []
  private var toldObjections: Set<Objection> = []
  /// Where every session is contradicted, some tell it as well as all; the report has them all.
  private static let mostContradictions = 100
  private var verdict: Report.Verdict?
  private var pendingVerdict: Report.Verdict?

  public init() {}

  /// Whether an incident that is no mere explanation has been told and stands.
  public var hasTrouble: Bool { told.values.contains { $0.modeClass != "explained" } }

  /// Takes a report in, and says what happened since the one before it.
  ///
  /// The last report is certain as far as it goes: everything in it is told.
  public mutating func note(_ report: Report, isLast: Bool = false) -> [ChronicleEvent] {
    var events = contradictions(in: report, isLast)
    events += moves(in: report)
    events += incidents(in: report, isLast)
    if report.verdict != verdict, isLast || report.verdict == pendingVerdict {
      events.append(.verdict(was: verdict, now: report.verdict))
      verdict = report.verdict
    }
    pendingVerdict = report.verdict
    return events
  }

  private mutating func contradictions(
    in report: Report,
    _ isLast: Bool
  ) -> [ChronicleEvent] {
    var events: [ChronicleEvent] = []
    var current: Set<Objection> = []
    for contradiction in report.contradictions {
      let session = Session(client: contradiction.client, front: contradiction.front)
      let objection = Objection(session: session, kind: contradiction.kind)
      current.insert(objection)
      guard isLast || pendingObjections.contains(objection),
        toldObjections.count < Self.mostContradictions,
        toldObjections.insert(objection).inserted
      else { continue }
      events.append(.contradiction(contradiction))
    }
    pendingObjections = current
    return events
  }

  private mutating func moves(in report: Report) -> [ChronicleEvent] {
    var events: [(at: Timestamp, ChronicleEvent)] = []
    var known: [Session: Int] = [:]
    known.reserveCapacity(report.sessions.count)
    for session in report.sessions {
      let key = Session(client: session.client, front: session.front)
      known[key] = session.placements.count
      let first = max(1, placements[key] ?? 1)
      guard session.placements.count > first else { continue }
      for index in first..<session.placements.count {
        let (was, now) = (session.placements[index - 1], session.placements[index])
        events.append((now.from, .move(session, was: was, now: now)))
      }
    }
    placements = known
    // Stable, so that equal times keep the sessions' order.
    return events.enumerated()
      .sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
      .map(\.element.1)
  }

  private mutating func incidents(in report: Report, _ isLast: Bool) -> [ChronicleEvent] {
    var current: Set<Key> = []
    var wanted: [String: Report.Incident] = [:]
    var regrouped: [Report.Incident] = []
    for incident in report.incidents {
      let key = Key(id: incident.id, mode: incident.mode)
      current.insert(key)
      guard isLast || pending.contains(key), let first = incident.findings.first else { continue }
      if let known = told[key.id], known.mode == key.mode {
        if incident.findings.count >= 2 * known.findings.count { wanted[first] = incident }
      } else if told[key.id] == nil {
        regrouped.append(incident)
      } else {
        wanted[first] = incident
      }
    }
    var earlier: [String: Report.Incident] = [:]
    for incident in newlyGrouped(regrouped, &earlier) { wanted[incident.findings[0]] = incident }
    var events: [ChronicleEvent] = []
    if !wanted.isEmpty {
      for finding in report.findings {
        guard let incident = wanted[finding.id] else { continue }
        let known = told.updateValue(incident, forKey: incident.id) ?? earlier[incident.id]
        let was = known?.mode == incident.mode ? nil : known
        announced.insert(incident.id)
        events.append(.incident(incident, example: finding, was: was))
      }
    }
    events += withdrawals(isLast ? current : current.union(pending), in: report, isLast)
    pending = current
    return events
  }

  /// Of incidents with new ids those that are to be told: some have what others had that were told, and maybe as the same.
  private mutating func newlyGrouped(
    _ incidents: [Report.Incident],
    _ earlier: inout [String: Report.Incident]
  ) -> [Report.Incident] {
    guard !incidents.isEmpty, !told.isEmpty else { return incidents }
    var places: [String: String] = [:]
    for known in told.values { for finding in known.findings { places[finding] = known.id } }
    return incidents.filter { incident in
      guard let known = places[incident.findings[0]].flatMap({ told[$0] }) else { return true }
      earlier[incident.id] = known
      if known.mode == incident.mode { told[incident.id] = incident }
      return known.mode != incident.mode
    }
  }

  /// What was told and is in no report any more under its id.
  ///
  /// Findings that are grouped anew are not told again: whoever knows the incident that they were of is told which one has
  /// them now, as soon as two reports say so.
  private mutating func withdrawals(
    _ known: Set<Key>,
    in report: Report,
    _ isLast: Bool
  ) -> [ChronicleEvent] {
    let ids = Set(known.map(\.id))
    let gone = told.values.filter { !ids.contains($0.id) }
    guard !gone.isEmpty else { return [] }
    var places: [String: Int] = [:]
    for (index, incident) in report.incidents.enumerated() {
      for finding in incident.findings { places[finding] = index }
    }
    var events: [ChronicleEvent] = []
    for incident in gone.sorted(by: { ($0.from, $0.id) < ($1.from, $1.id) }) {
      let successor = Self.heir(of: incident, places).map { report.incidents[$0] }
      if let successor, !isLast, told[successor.id] == nil { continue }
      told[incident.id] = nil
      guard announced.remove(incident.id) != nil else { continue }
      if let successor { announced.insert(successor.id) }
      events.append(.withdrawal(incident, successor: successor))
    }
    return events
  }

  /// Which incident has most of another one's findings, by the places of those; the first of equals.
  private static func heir(of incident: Report.Incident, _ places: [String: Int]) -> Int? {
    var counts: [Int: Int] = [:]
    for finding in incident.findings {
      if let place = places[finding] { counts[place, default: 0] += 1 }
    }
    return counts.min { ($1.value, $0.key) < ($0.value, $1.key) }?.key
  }
}
