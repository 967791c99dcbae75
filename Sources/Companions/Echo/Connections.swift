internal import System
internal import Wire

/// The TCP connections of the server: echoes with a banner, and web pages; all bounded.
struct Connections: ~Copyable {
  enum Kind: Hashable {
    case echo
    case http
  }

  final class Listener {
    let socket: TCPListener
    let kind: Kind
    let local: Endpoint

    init(_ socket: consuming TCPListener, _ kind: Kind) {
      local = socket.local
      self.socket = socket
      self.kind = kind
    }
  }

  private final class Connection {
    let stream: TCPStream
    let kind: Kind
    /// What the kernel has not taken yet.
    var pending: [UInt8]
    /// An HTTP request's head, as far as it has come.
    var head: [UInt8] = []
    var lastActivity: Instant
    /// The peer has ended, or we have: what is pending is the last.
    var isEnding = false
    var isReading = true
    var isWriting = false

    init(_ stream: consuming TCPStream, _ kind: Kind, greeting: [UInt8], at now: Instant) {
      self.stream = stream
      self.kind = kind
      pending = greeting
      lastActivity = now
    }
  }

  /// More is not read from a peer that does not read.
  private static let mostPending = 65_536
  /// How long an HTTP request may take, and its response.
  private static let httpTimeout = Interval.seconds(10)

  private let limit: Int
  private let idleTimeout: Interval
  private let firstToken: UInt64
  private var open: [UInt64: Connection] = [:]
  private var nextToken: UInt64
  private(set) var accepted: UInt64 = 0

  init(limit: Int, idleTimeout: Interval, firstToken: UInt64) {
    self.limit = limit
    self.idleTimeout = idleTimeout
    self.firstToken = firstToken
    nextToken = firstToken
  }

  var count: Int { open.count }

  /// Takes the connections that wait; beyond the limit they are closed at once.
  mutating func accept(
    from listener: Listener,
    _ poller: borrowing Poller,
    at now: Instant,
    banner: (_ local: Endpoint, _ remote: Endpoint) -> String
  ) {
    for _ in 0..<64 {
      guard let stream = listener.socket.accept() else { return }
      accepted &+= 1
      guard open.count < limit else { continue }
      let greeting = listener.kind == .echo ? Array(banner(stream.local, stream.remote).utf8) : []
      let token = nextToken
      nextToken += 1
      // A connection that cannot be watched is closed by going out of scope.
      guard (try? poller.add(stream.number, token: token)) != nil else { continue }
      let connection = Connection(stream, listener.kind, greeting: greeting, at: now)
      open[token] = connection
      flush(connection, token, poller)
    }
  }

  mutating func serve(
    _ event: Poller.Event,
    _ poller: borrowing Poller,
    at now: Instant,
    _ page: Page
  ) {
    guard let connection = open[event.token] else { return }
    connection.lastActivity = connection.kind == .echo ? now : connection.lastActivity
    if event.isClosed, !event.isReadable {
      open[event.token] = nil
      return
    }
    if event.isReadable, connection.isReading { read(connection, page) }
    flush(connection, event.token, poller)
  }

  /// Writes the page for a request; it may show these numbers, but not look at the connections meanwhile.
  typealias Page = (_ request: HTTPRequest, _ open: Int, _ accepted: UInt64) -> [UInt8]

  private func read(_ connection: Connection, _ page: Page) {
    switch connection.stream.read() {
    case .nothing: return
    case .ended: connection.isEnding = true
    case .bytes(let bytes):
      switch connection.kind {
      case .echo: connection.pending += bytes
      case .http:
        guard !connection.isEnding else { return }
        connection.head += bytes
        switch HTTPRequest.read(connection.head) {
        case .incomplete: return
        case .malformed:
          connection.pending += HTTPRequest.response("400 Bad Request", "no HTTP request\n")
        case .request(let request): connection.pending += page(request, count, accepted)
        }
        connection.isEnding = true
      }
    }
  }

  /// Writes what the kernel takes, and watches for what can happen next.
  private mutating func flush(
    _ connection: Connection,
    _ token: UInt64,
    _ poller: borrowing Poller
  ) {
    if !connection.pending.isEmpty {
      guard let written = connection.stream.write(connection.pending.span) else {
        open[token] = nil
        return
      }
      connection.pending.removeFirst(written)
    }
    if connection.isEnding, connection.pending.isEmpty {
      open[token] = nil
      return
    }
    let wantsReading = !connection.isEnding && connection.pending.count < Self.mostPending
    let wantsWriting = !connection.pending.isEmpty
    guard wantsReading != connection.isReading || wantsWriting != connection.isWriting else {
      return
    }
    connection.isReading = wantsReading
    connection.isWriting = wantsWriting
    let changed: Void? = try? poller.change(
      connection.stream.number,
      token: token,
      forReading: wantsReading,
      forWriting: wantsWriting
    )
    if changed == nil { open[token] = nil }
  }

  mutating func closeIdle(at now: Instant) {
    open = open.filter { _, connection in
      let timeout = connection.kind == .http ? Self.httpTimeout : idleTimeout
      return now.since(connection.lastActivity) < timeout
    }
  }

  mutating func closeAll() {
    open = [:]
  }
}
