internal import Protocols
public import System
public import Wire

/// The server's loop: any number of ports, one thread.
public final class EchoServer {
  /// What to serve.
  public struct Configuration: Sendable {
    public var engine: EchoEngine.Configuration
    public var bind = IPAddress(high: 0, low: 0)
    public var udp: [Port] = []
    public var tcp: [UInt16] = []
    /// Where metrics and health are.
    public var http: Endpoint?
    /// How to have a leader, for ports that answer so.
    public var leader: LeaderConfiguration?
    public var connections = 1_024
    /// A TCP connection that is silent for longer is closed.
    public var idleTimeout = Interval.seconds(300)
    /// How long to serve on, no longer ready, after a signal to stop.
    public var drain = Interval.seconds(0)
    /// Whether every datagram is told, not only those whose telling is the point.
    public var tellsDatagrams = false
    public var isQuiet = false

    public init(engine: EchoEngine.Configuration) {
      self.engine = engine
    }
  }

  /// A UDP port and what it answers.
  public struct Port: Hashable, Sendable {
    public var number: UInt16
    public var answers: Answers

    public init(_ number: UInt16, _ answers: Answers) {
      self.number = number
      self.answers = answers
    }
  }

  final class DatagramPort {
    let socket: UDPSocket
    let answers: Answers
    let local: Endpoint

    init(_ socket: consuming UDPSocket, _ answers: Answers) {
      local = socket.local
      self.socket = socket
      self.answers = answers
    }
  }

  private enum Token {
    static let signals: UInt64 = 0
    static let waker: UInt64 = 1
    static let firstPort: UInt64 = 1 << 32
    static let firstListener: UInt64 = 2 << 32
    static let firstConnection: UInt64 = 3 << 32
  }

  let configuration: Configuration
  private let poller: Poller
  var ports: [DatagramPort] = []
  private var listeners: [Connections.Listener] = []
  private var connections: Connections
  private var engine: EchoEngine
  var journal: Journal
  private var isReady = false
  /// Set once a signal, or `stop`, has come.
  private var end: Instant?
  private let waker: Waker
  var desk: LeaderDesk?
  var peers: PeerNames?
  /// What the waker was told to stop for.
  private let stopRequest = StopRequest()

  public init(_ configuration: Configuration, journal: Journal) throws(SystemError) {
    self.configuration = configuration
    self.journal = journal
    engine = EchoEngine(configuration.engine)
    poller = try Poller()
    waker = try Waker()
    connections = Connections(
      limit: configuration.connections,
      idleTimeout: configuration.idleTimeout,
      firstToken: Token.firstConnection
    )
    try poller.add(waker.number, token: Token.waker)
    for port in configuration.udp {
      let socket = try UDPSocket(
        bind: Endpoint(configuration.bind, port.number),
        tellsDestination: true
      )
      try poller.add(socket.number, token: Token.firstPort + UInt64(ports.count))
      ports.append(DatagramPort(socket, port.answers))
    }
    for port in configuration.tcp {
      try listen(Endpoint(configuration.bind, port), for: .echo)
    }
    if let http = configuration.http { try listen(http, for: .http) }
    try startDesk()
  }

  private func startDesk() throws(SystemError) {
    guard let leader = configuration.leader,
      let port = ports.first(where: { $0.answers.contains(.leader) })
    else { return }
    desk = LeaderDesk(
      leader,
      pod: configuration.engine.pod,
      port: port.local.port,
      seed: configuration.engine.seed,
      at: .now()
    )
    guard let service = leader.service else { return }
    let names = PeerNames(service, every: leader.resolution, waker: waker)
    try names.start()
    peers = names
  }

  private func listen(_ endpoint: Endpoint, for kind: Connections.Kind) throws(SystemError) {
    let listener = try TCPListener(bind: endpoint)
    try poller.add(listener.number, token: Token.firstListener + UInt64(listeners.count))
    listeners.append(Connections.Listener(listener, kind))
  }

  /// Where the UDP ports are, in the order in which they were given.
  public var udpEndpoints: [Endpoint] { ports.map(\.local) }
  public var tcpEndpoints: [Endpoint] { listeners.filter { $0.kind == .echo }.map(\.local) }
  public var httpEndpoint: Endpoint? { listeners.first { $0.kind == .http }?.local }

  /// What another thread stops the server with.
  public var stopper: Stopper { Stopper(request: stopRequest, waker: waker) }

  /// Serves until a signal comes, or the stopper wakes.
  public func run(until signals: borrowing StopSignals) throws(SystemError) {
    try poller.add(signals.number, token: Token.signals)
    run { signals.take().map { $0 == 15 ? "SIGTERM" : "SIGINT" } }
  }

  /// Serves until the stopper wakes.
  public func run() {
    run { nil }
  }

  private func run(signal: () -> String?) {
    var batch = DatagramBatch(capacity: 64)
    announce()
    isReady = true
    var nextSweep = Instant.now() + .seconds(1)
    while true {
      let now = Instant.now()
      if let end, now >= end { break }
      if now >= nextSweep {
        connections.closeIdle(at: now)
        nextSweep = now + .seconds(1)
      }
      tickDesk(at: now)
      let next = min(nextSweep, end ?? nextSweep, desk?.engine.nextTick ?? nextSweep)
      poller.wait(timeout: next.since(now)) { event in
        switch event.token {
        case Token.signals:
          if let name = signal() { stop(name) }
        case Token.waker:
          waker.clear()
          takePeers()
          if stopRequest.isSet { stop("asked") }
        case Token.firstPort..<Token.firstListener:
          serve(ports[Int(event.token - Token.firstPort)], &batch)
        case Token.firstListener..<Token.firstConnection:
          accept(listeners[Int(event.token - Token.firstListener)])
        default:
          connections.serve(event, poller, at: Instant.now(), page)
        }
      }
    }
    conclude()
  }

  private func stop(_ reason: String) {
    // A second signal does not wait.
    let drain = end == nil ? configuration.drain : .seconds(0)
    isReady = false
    end = Instant.now() + drain
    guard !configuration.isQuiet else { return }
    journal.event("stopping", at: .now(), [("reason", .text(reason))])
  }
}

extension EchoServer {
  /// Answers what waits at a port, a bounded number of batches so that the others get their turn.
  private func serve(_ port: DatagramPort, _ batch: inout DatagramBatch) {
    for _ in 0..<16 {
      let count = batch.receive(from: port.socket)
      guard count > 0 else { return }
      answer(count, port, &batch, &engine)
      _ = batch.send(to: port.socket)
      if count < batch.capacity { return }
    }
  }

  private func answer(
    _ count: Int,
    _ port: DatagramPort,
    _ batch: inout DatagramBatch,
    _ engine: inout EchoEngine
  ) {
    let now = Instant.now()
    let time = Timestamp.now()
    let isTold = tellsEverything(port)
    let isRouted = desk != nil && port.answers.contains(.leader)
    for index in 0..<count {
      let source = batch.source(index)
      let local = Endpoint(batch.destination(index), port.local.port)
      var verdict = EchoEngine.Verdict.unknown
      batch.answer(index) { request, output in
        let outcome =
          isRouted
          ? route(request, port, from: source, to: local, at: now, time, &engine, &output)
          : engine.answer(
            request,
            from: source,
            to: local,
            with: port.answers,
            at: now,
            time: time,
            output: &output
          )
        verdict = outcome.verdict
        return outcome.answer
      }
      if isTold { tell(batch.payload(index), from: source, to: local, verdict, at: time, &engine) }
    }
  }

  private func tellsEverything(_ port: DatagramPort) -> Bool {
    configuration.tellsDatagrams
      || !configuration.isQuiet && !port.answers.isDisjoint(with: [.hello, .receive])
  }

  /// Tells of one datagram, in the words of the system that it belongs to.
  private func tell(
    _ payload: Span<UInt8>,
    from source: Endpoint,
    to local: Endpoint,
    _ verdict: EchoEngine.Verdict,
    at time: Timestamp,
    _ engine: inout EchoEngine
  ) {
    var lines: [String]?
    var text: String?
    switch verdict {
    case .hello:
      text = payload.text
      lines = [
        "Message from Client:\(PythonText.bytes(payload))",
        "Client IP Address:\(PythonText.tuple(source))",
      ]
    case .receive:
      let message = Broadcast.Message(payload)
      if let id = message.id, !engine.isNew(id) { return }
      text = String(decoding: message.text, as: UTF8.self)
      lines = Broadcast.receivedLines(message.text.span, from: source, at: time)
    default:
      guard configuration.tellsDatagrams else { return }
    }
    var members: [(String, Journal.Value)] = [
      ("taken_for", .text(verdict.name)), ("source", .text(source.description)),
      ("destination", .text(local.description)), ("bytes", .number(payload.count)),
    ]
    if let text { members.append(("text", .text(text))) }
    // Whose datagram it was, whatever address it wore when it came: that makes a log the truth to judge captures by.
    if verdict == .stun, let request = try? StunRequest(payload) {
      if let id = request.clientID {
        members.append(("client", .number(Int(truncatingIfNeeded: id))))
      }
      if let sequence = request.sequence {
        members.append(("sequence", .number(Int(truncatingIfNeeded: sequence))))
      }
    }
    journal.datagram("datagram", at: time, members, lines: lines)
  }

  private func accept(_ listener: Connections.Listener) {
    connections.accept(from: listener, poller, at: Instant.now()) { local, remote in
      let engine = configuration.engine
      return Banner.text(
        at: .now(),
        server: local,
        client: remote,
        pod: engine.namesInBanner ? engine.pod : nil,
        node: engine.namesInBanner ? engine.node : nil
      )
    }
  }

  /// The three pages.
  private func page(
    _ request: HTTPRequest,
    openConnections: Int,
    acceptedConnections: UInt64
  ) -> [UInt8] {
    guard request.method == "GET" || request.method == "HEAD" else {
      return HTTPRequest.response("405 Method Not Allowed", "only GET\n")
    }
    let hasBody = request.method == "GET"
    switch request.path {
    case "/metrics":
      return HTTPRequest.response(
        "200 OK",
        type: "text/plain; version=0.0.4; charset=utf-8",
        engine.metrics(
          at: .now(),
          connections: openConnections,
          acceptedConnections: acceptedConnections
        ),
        hasBody: hasBody
      )
    case "/healthz": return HTTPRequest.response("200 OK", "ok\n", hasBody: hasBody)
    case "/readyz":
      return isReady
        ? HTTPRequest.response("200 OK", "ready\n", hasBody: hasBody)
        : HTTPRequest.response("503 Service Unavailable", "stopping\n", hasBody: hasBody)
    default: return HTTPRequest.response("404 Not Found", "no such page\n", hasBody: hasBody)
    }
  }

  private func announce() {
    guard !configuration.isQuiet else { return }
    for port in ports {
      let members: [(String, Journal.Value)] = [
        ("udp", .text(port.local.description)),
        ("answers", .text(port.answers.names.joined(separator: ","))),
      ]
      journal.event(
        "listening",
        at: .now(),
        members,
        // What the greeting server says; whoever waits for that line still finds it.
        lines: port.answers == .hello ? ["UDP server up and listening"] : nil
      )
    }
    for listener in listeners {
      let name = listener.kind == .http ? "http" : "tcp"
      journal.event("listening", at: .now(), [(name, .text(listener.local.description))])
    }
  }

  private func conclude() {
    connections.closeAll()
    peers?.stop()
    guard !configuration.isQuiet else { return }
    let received = EchoEngine.Verdict.allCases.reduce(0) { $0 + engine.count($1) }
    journal.event(
      "stopped",
      at: .now(),
      [
        ("datagrams", .number(Int(received))), ("answers", .number(Int(engine.answers))),
        ("sources", .number(engine.sources.count)),
        ("connections", .number(Int(connections.accepted))),
      ]
    )
  }
}
