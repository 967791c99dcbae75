public import HTTPService
internal import Metrics
internal import System
public import Wire

/// What an agent answers to: `/metrics`, `/healthz` and `/readyz`.
public enum AgentService {
  public static func start(
    at endpoint: Endpoint,
    access: HTTPAccess,
    _ health: @escaping @Sendable () -> AgentHealth
  ) throws(HTTPFailure) -> HTTPServer {
    let routes = [
      HTTPRoute("/metrics") { _ in
        HTTPAnswer(
          type: Exposition.type,
          body: Array(health().metrics(at: .now()).utf8)
        )
      },
      HTTPRoute("/healthz", needsToken: false) { _ in
        answer(health().problem(at: .now()))
      },
      // An agent whose collector is away is of use all the same: it keeps what it sees. It is told for people.
      HTTPRoute("/readyz", needsToken: false) { _ in
        let health = health()
        if let problem = health.problem(at: .now()) { return answer(problem) }
        return .text(health.obstacle == nil ? "ready\n" : "ready, but the collector is away\n")
      },
    ]
    var limits = HTTPLimits()
    limits.connections = 32
    limits.threads = 1
    return try HTTPServer(at: endpoint, access: access, routes: routes, limits: limits)
  }

  private static func answer(_ problem: String?) -> HTTPAnswer {
    problem.map { .text("\($0)\n", status: 503) } ?? .text("ok\n")
  }
}
