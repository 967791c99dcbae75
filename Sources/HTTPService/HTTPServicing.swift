internal import System
internal import Wire

/// What a server's threads share: who may ask for what, and what is known of the connections.
final class HTTPServicing: Sendable {
  let limits: HTTPLimits
  let connections: ConnectionTable
  private let access: HTTPAccess
  private let routes: [HTTPRoute]
  private let streams: [EventStream]
  private let answers = Locked<[Int: Int]>([:])
  /// What connections wait for.
  private let laters = Locked<(open: [ObjectIdentifier: LaterAnswer], isOver: Bool)>(([:], false))

  /// Proxies cut connections that are silent for half a minute or longer.
  private static let beatEvery = Interval.seconds(10)

  init(
    _ access: HTTPAccess,
    _ routes: [HTTPRoute],
    _ streams: [EventStream],
    _ limits: HTTPLimits
  ) {
    self.access = access
    self.routes = routes
    self.streams = streams
    self.limits = limits
    connections = ConnectionTable(limits)
  }

  /// What is wrong with a request before anything of its body was read, or nil.
  func refusal(method: String, bodyLength: String?) -> HTTPAnswer? {
    guard method == "GET" || method == "HEAD" else {
      var answer = HTTPAnswer.problem(
        405,
        "this service can only be read",
        "use GET or HEAD"
      )
      answer.headers = [("Allow", "GET, HEAD")]
      return answer
    }
    guard let bodyLength, Int(bodyLength).map({ $0 > limits.body }) ?? true else { return nil }
    return .problem(413, "the request's body is too long", "send none: nothing here reads it")
  }

  func answer(_ request: HTTPRequest, authorization: String?, host: String?) -> HTTPAnswer {
    let found = routes.route(for: request.path)
    if found?.route.needsToken != false,
      let problem = access.problem(authorization: authorization, host: host)
    {
      return problem
    }
    guard let (route, parameters) = found else {
      return .problem(
        404,
        "there is nothing at this path",
        "there is: \(routes.map(\.pattern).joined(separator: " "))"
      )
    }
    for (name, _) in request.query where !route.query.contains(name) {
      return .problem(
        400,
        "\(route.pattern) knows no parameter '\(name)'",
        route.query.isEmpty ? "leave it out" : "known are \(route.query.joined(separator: ", "))"
      )
    }
    var request = request
    request.parameters = parameters
    return route.answer(request)
  }

  func note(_ status: Int) {
    answers.withLock { $0[status, default: 0] += 1 }
  }

  /// Looks after connections until the server stops.
  func keep(until stopping: Waker) {
    guard let poller = try? Poller(), (try? poller.add(stopping.number, token: 0)) != nil else {
      return
    }
    var isOver = false
    var nextBeat = Instant.now() + Self.beatEvery
    while !isOver {
      poller.wait(timeout: .seconds(1)) { _ in isOver = true }
      let now = Instant.now()
      connections.hangUp(at: now)
      if now >= nextBeat {
        for stream in streams { stream.beat() }
        nextBeat = now + Self.beatEvery
      }
    }
  }

  func note(_ later: LaterAnswer) {
    let isOver = laters.withLock { laters in
      laters.open[ObjectIdentifier(later)] = later
      return laters.isOver
    }
    if isOver { Self.end(later) }
  }

  func forget(_ later: LaterAnswer) {
    laters.withLock { _ = $0.open.removeValue(forKey: ObjectIdentifier(later)) }
  }

  private static func end(_ later: LaterAnswer) {
    later.give { .problem(503, "the server ends", "ask again when it is back") }
  }

  func stop() {
    for stream in streams { stream.close() }
    let open = laters.withLock { laters in
      laters.isOver = true
      return laters.open
    }
    for later in open.values { Self.end(later) }
  }

  var tally: HTTPTally {
    var tally = HTTPTally()
    tally.answers = answers.withLock { $0 }
    (tally.connections, tally.lateConnections) = connections.tally
    for stream in streams {
      let (listeners, slow) = stream.tally
      tally.listeners += listeners
      tally.slowListeners += slow
    }
    return tally
  }
}
