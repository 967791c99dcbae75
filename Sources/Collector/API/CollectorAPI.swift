internal import Affinity
public import HTTPService
internal import JSONText
internal import Reporting
internal import Wire

/// All that a collector tells by HTTP: `docs/openapi.json` describes it.
///
/// It is given what is known as a value, so that nobody waits for it and it waits for nobody.
public struct CollectorAPI: Sendable {
  let state: @Sendable () -> CollectorState
  /// The history's file; nil where none is kept.
  let database: String?
  /// What the server has done, for its own metrics.
  let tally: @Sendable () -> HTTPTally
  /// Where packets are asked for; nil where no agent can be.
  let desk: EvidenceDesk?
  let kept = KeptBodies()
  public let feed: EventFeed

  public init(
    database: String?,
    feed: EventFeed = EventFeed(),
    evidence desk: EvidenceDesk? = nil,
    tally: @escaping @Sendable () -> HTTPTally = { HTTPTally() },
    state: @escaping @Sendable () -> CollectorState
  ) {
    self.database = database
    self.feed = feed
    self.desk = desk
    self.tally = tally
    self.state = state
  }

  /// What each path is answered with.
  public var routes: [HTTPRoute] {
    let lists = ["limit", "cursor", "service", "client", "node", "since"]
    let past = ["limit", "cursor", "service", "since", "until"]
    return [
      HTTPRoute("/") { _ in page() },
      route("/api/v1/report", ["form"], report),
      route("/api/v1/services", ["service"], services),
      route("/api/v1/sessions", lists + ["pod", "moved", "broken"], sessions),
      route("/api/v1/findings", lists + ["mode", "class", "incident"], findings),
      route("/api/v1/findings/{id}", [], finding),
      route(
        "/api/v1/incidents",
        ["limit", "cursor", "service", "node", "since", "mode", "class"],
        incidents
      ),
      route("/api/v1/incidents/{id}", [], incident),
      route("/api/v1/nodes", [], nodes),
      route("/api/v1/history/findings", past + ["client", "node", "mode"], pastFindings),
      route("/api/v1/history/incidents", past + ["node", "mode"], pastIncidents),
      route("/api/v1/history/sessions", past + ["client"], pastSessions),
      route("/api/v1/history/verdicts", past, pastVerdicts),
      route("/api/v1/evidence/{file}", [], evidence),
      HTTPRoute("/api/v1/events") { .events(feed.stream, for: $0) },
      HTTPRoute("/api/v1/openapi.json") { _ in .json(Array(ServedDocuments.description.utf8)) },
      HTTPRoute("/api/v1/report.schema.json") { _ in .json(Array(ServedDocuments.schema.utf8)) },
      HTTPRoute("/metrics") { _ in metrics() },
      HTTPRoute("/healthz", needsToken: false) { _ in .text("ok\n") },
      HTTPRoute("/readyz", needsToken: false) { _ in readiness() },
    ]
  }

  private func route(
    _ pattern: String,
    _ query: [String],
    _ answer: @escaping @Sendable (HTTPRequest) throws(APIProblem) -> HTTPAnswer
  ) -> HTTPRoute {
    HTTPRoute(pattern, query: query) { request in
      do throws(APIProblem) {
        return try answer(request)
      } catch {
        return .problem(error.status, error.error, error.advice)
      }
    }
  }

  /// The latest report, and what names it among all.
  func latest() throws(APIProblem) -> (made: MadeReport, tag: String) {
    let state = state()
    guard let made = state.latest else {
      throw APIProblem(503, "there is no report yet", "ask again in a second")
    }
    return (made, "\(state.started.nanoseconds)-\(made.number)")
  }

  private func readiness() -> HTTPAnswer {
    let state = state()
    if state.counts.logFailures > 0, state.nodes.allSatisfy({ $0.presence != .current }) {
      return .text("the log cannot be written; see /metrics\n", status: 503)
    }
    return .text("ready\n")
  }
}

/// Why a question has no answer, and what to do.
struct APIProblem: Error {
  var status: Int
  var error: String
  var advice: String

  init(_ status: Int, _ error: String, _ advice: String) {
    self.status = status
    self.error = error
    self.advice = advice
  }
}
