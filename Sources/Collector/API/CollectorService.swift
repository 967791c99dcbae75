public import HTTPService
internal import System
public import Wire

/// A collector's HTTP server: what it tells when it is asked, and what happens to whoever listens.
public final class CollectorService: Sendable {
  private let api: CollectorAPI
  private let server: HTTPServer
  private let state: @Sendable () -> CollectorState

  public var endpoint: Endpoint { server.endpoint }
  public var routes: [HTTPRoute] { api.routes }

  public init(
    at endpoint: Endpoint,
    access: HTTPAccess,
    database: String?,
    evidence: EvidenceDesk? = nil,
    state: @escaping @Sendable () -> CollectorState
  ) throws(HTTPFailure) {
    // The metrics tell what the server has done, which is made with the metrics.
    let made = Locked<HTTPServer?>(nil)
    api = CollectorAPI(
      database: database,
      evidence: evidence,
      tally: { made.withLock { $0?.tally } ?? HTTPTally() },
      state: state
    )
    server = try HTTPServer(
      at: endpoint,
      access: access,
      routes: api.routes,
      streams: [api.feed.stream]
    )
    self.state = state
    let server = server
    made.withLock { $0 = server }
  }

  /// To be called after each report.
  public func note() { api.feed.note(state()) }

  /// Ends every connection; to be called once.
  public func stop() { server.stop() }
}
