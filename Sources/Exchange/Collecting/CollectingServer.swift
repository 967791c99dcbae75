public import System
public import Wire

/// The collecting end: takes agents' connections, and hands over their messages.
///
/// All of it happens on the thread that calls `step`, so that whoever is slow to take messages slows the agents down.
/// Nothing that a stranger sends traps or grows what is kept: connections, their buffers and their time are bounded.
public struct CollectingServer: ~Copyable {
  /// Where agents are let in.
  public struct Door: Sendable {
    public var endpoint: Endpoint
    /// Nil for plain TCP.
    public var tls: TLSContext?

    public init(_ endpoint: Endpoint, tls: TLSContext? = nil) {
      self.endpoint = endpoint
      self.tls = tls
    }
  }

  public struct Settings: Sendable {
    /// What agents have to say; nil where only certificates count.
    public var token: String?
    /// Whether agents are let in that show neither token nor certificate.
    public var letsAnyoneIn = false
    public var mostConnections = 1_024
    /// How long an agent may take to shake hands and to say hello.
    public var patience = Interval.seconds(10)
    /// How long an agent may say nothing; it sends a watermark twice a second.
    public var mostSilence = Interval.seconds(30)
    /// An agent that said something so shortly ago is there: another process that speaks for its node is turned away.
    public var sureSilence = Interval.seconds(3)

    public init() {}
  }

  /// A connection, by a number that no other gets.
  public struct Connection: Hashable, Sendable {
    public var number: UInt64
  }

  public enum Event: Sendable {
    /// An agent has said hello and may speak: answer with `acknowledge`, which tells it where to go on.
    case opened(Connection, AgentHello, from: Endpoint)
    case arrived(Connection, Arrival)
    /// Some of what was asked for, or that it was all.
    case answered(Connection, [RingFrame], [EvidenceEnd])
    /// The hello is nil where none was taken; the line says what happened, and what to do.
    case closed(Connection, AgentHello?, ClosingReason, line: String)
  }

  public struct Counts: Equatable, Sendable {
    public var accepted = 0
    public var messages = 0
    public var bytes = 0
    public var closed: [ClosingReason: Int] = [:]

    public init() {}
  }

  public private(set) var counts = Counts()
  /// Where it listens, in the order of the doors; a port 0 is then the one that the kernel chose.
  public let endpoints: [Endpoint]

  private let settings: Settings
  private let poller: Poller
  private let doors: [OpenDoor]
  private var peers: [UInt64: Peer] = [:]
  private var nextNumber: UInt64
  private var nextLook = Instant.now()

  /// A waker has this token; doors have those from 0 on, connections come behind them.
  private static let wakerToken = UInt64.max

  private final class OpenDoor {
    let listener: TCPListener
    let tls: TLSContext?

    init(_ listener: consuming TCPListener, _ tls: TLSContext?) {
      self.listener = listener
      self.tls = tls
    }
  }

  /// Listens at all doors; the waker, if there is one, ends a `step` early.
  public init(
    _ doors: [Door],
    _ settings: Settings = Settings(),
    waker: Waker? = nil
  ) throws(SystemError) {
    ignoreBrokenPipes()
    let poller = try Poller()
    var open: [OpenDoor] = []
    for door in doors {
      let listener = try TCPListener(bind: door.endpoint)
      try poller.add(listener.number, token: UInt64(open.count))
      open.append(OpenDoor(listener, door.tls))
    }
    if let waker { try poller.add(waker.number, token: Self.wakerToken) }
    endpoints = open.map { $0.listener.local }
    nextNumber = UInt64(open.count)
    self.settings = settings
    self.poller = poller
    self.doors = open
  }

  /// Who is connected and has said hello.
  public var connected: [(Connection, AgentHello)] {
    peers.values.compactMap { peer in peer.hello.map { (Connection(number: peer.number), $0) } }
      .sorted { $0.0.number < $1.0.number }
  }

  /// Waits until something happens, at most for `timeout`, and hands over all of it.
  ///
  /// A waker that woke it is not cleared.
  public mutating func step(timeout: Interval, _ body: (Event) -> Void) {
    var ready: [Poller.Event] = []
    poller.wait(timeout: timeout) { ready.append($0) }
    let now = Instant.now()
    for event in ready where event.token != Self.wakerToken {
      if event.token < UInt64(doors.count) {
        accept(at: doors[Int(event.token)], now, body)
      } else if let peer = peers[event.token] {
        serve(peer, event, now, body)
      }
    }
    if now >= nextLook {
      nextLook = now + .seconds(1)
      for peer in Array(peers.values) { checkTime(of: peer, now, body) }
    }
  }

  /// Tells an agent what it need not keep any more; one that wants no acknowledgements gets none.
  ///
  /// A connection that is gone is passed over: the agent asks again.
  public mutating func acknowledge(_ connection: Connection, _ acknowledgement: Acknowledgement) {
    guard let peer = peers[connection.number], peer.hello?.wantsAcknowledgement == true else {
      return
    }
    peer.send(acknowledgement)
    _ = peer.channel.flush()
    watch(peer)
  }

  /// Asks an agent for frames of its ring; what it answers comes as events.
  ///
  /// False where the connection is gone.
  public mutating func request(_ connection: Connection, _ request: EvidenceRequest) -> Bool {
    guard let peer = peers[connection.number], peer.hello != nil else { return false }
    peer.send(request)
    _ = peer.channel.flush()
    watch(peer)
    return true
  }

  /// Closes a connection, and tells the agent why.
  public mutating func dismiss(
    _ connection: Connection,
    because line: String,
    _ body: (Event) -> Void
  ) {
    if let peer = peers[connection.number] { close(peer, .dismissed, line, body, tells: true) }
  }

  // MARK: Connections

  private mutating func accept(at door: OpenDoor, _ now: Instant, _ body: (Event) -> Void) {
    // Some at a time, so that a flood of connections does not keep those waiting that are there.
    for _ in 0..<16 {
      guard let stream = door.listener.accept() else { return }
      counts.accepted += 1
      let number = nextNumber
      nextNumber += 1
      let remote = stream.remote
      guard peers.count < settings.mostConnections else {
        refuse(number, remote, .tooMany, "as many are connected as may be", body)
        continue
      }
      do {
        let session = try door.tls.map { tls throws(TLSError) in try TLSSession(tls, .server) }
        let peer = Peer(number, remote, Channel(stream, session), now)
        try poller.add(peer.channel.number, token: number)
        peers[number] = peer
      } catch {
        refuse(number, remote, .tls, "\(error)", body)
      }
    }
  }

  private mutating func refuse(
    _ number: UInt64,
    _ remote: Endpoint,
    _ reason: ClosingReason,
    _ why: String,
    _ body: (Event) -> Void
  ) {
    counts.closed[reason, default: 0] += 1
    let connection = Connection(number: number)
    body(.closed(connection, nil, reason, line: "agent at \(remote): \(why)"))
  }

  private mutating func serve(
    _ peer: Peer,
    _ event: Poller.Event,
    _ now: Instant,
    _ body: (Event) -> Void
  ) {
    guard !event.isWritable || peer.channel.flush() else {
      return close(peer, .brokenOff, "the connection broke off", body)
    }
    if event.isReadable || event.isClosed {
      switch peer.channel.receive() {
      case .nothing: break
      case .ended:
        let isWhole = !peer.splitter.isInside && peer.channel.isOpen
        close(
          peer,
          isWhole ? .ended : .brokenOff,
          isWhole ? "it has disconnected" : "the connection broke off",
          body
        )
        return
      case .failed(let why): return close(peer, .tls, why, body)
      case .bytes(let bytes):
        peer.lastHeard = now
        counts.bytes += bytes.count
        peer.splitter.append(bytes)
        guard takeMessages(of: peer, now, body) else { return }
      }
    }
    watch(peer)
    if peer.channel.waitingBytes > Self.mostWaiting {
      close(peer, .notReading, "it reads no acknowledgements", body)
    }
  }

  /// An acknowledgement has some fifty bytes.
  private static let mostWaiting = 1 << 18

  /// Hands over the messages that are there; false where the connection is closed by now.
  private mutating func takeMessages(
    of peer: Peer,
    _ now: Instant,
    _ body: (Event) -> Void
  ) -> Bool {
    while true {
      switch peer.splitter.next() {
      case .nothing: return true
      case .garbage:
        close(peer, .garbage, "what it sends is no IPFIX", body, tells: peer.hello != nil)
        return false
      case .message(let message):
        counts.messages += 1
        switch peer.take(message, settings) {
        case .opened(let hello):
          guard makeWay(for: peer, hello, now, body) else { return false }
          body(.opened(Connection(number: peer.number), hello, from: peer.remote))
        case .arrived(let arrival):
          body(.arrived(Connection(number: peer.number), arrival))
        case .answered(let frames, let ends):
          body(.answered(Connection(number: peer.number), frames, ends))
        case .refused(let reason, let why):
          close(peer, reason, why, body, tells: true)
          return false
        }
      }
    }
  }

  /// Lets one process speak for a node: what two see of it would count twice.
  ///
  /// One that has begun anew takes the place of its earlier self, whose connection may seem to be open for a while. One that
  /// comes from elsewhere while the other one is heard is turned away: false.
  private mutating func makeWay(
    for peer: Peer,
    _ hello: AgentHello,
    _ now: Instant,
    _ body: (Event) -> Void
  ) -> Bool {
    let advice = "where both run, give each a name of its own by --node"
    let others = peers.values.filter { other in
      other !== peer && other.hello?.node == hello.node && other.process != hello.epoch
    }
    for other in others {
      let isThere = now < other.lastHeard + settings.sureSilence
      if isThere, other.remote.address != peer.remote.address {
        peer.turnAway()
        let why = "the agent at \(other.remote) speaks for \(hello.node) already: \(advice)"
        close(peer, .sameName, why, body, tells: true)
        return false
      }
    }
    for other in others {
      let why = "the agent at \(peer.remote), which has the same name, takes its place; \(advice)"
      close(other, .replaced, why, body, tells: true)
    }
    return true
  }

  private mutating func checkTime(of peer: Peer, _ now: Instant, _ body: (Event) -> Void) {
    if peer.hello == nil {
      guard now >= peer.began + settings.patience else { return }
      let reason: ClosingReason = peer.channel.isOpen ? .noHello : .tls
      let missing = peer.channel.isOpen ? "hello" : "TLS handshake"
      close(peer, reason, "no \(missing) came in \(settings.patience.seconds) s", body)
    } else if now >= peer.lastHeard + settings.mostSilence {
      close(peer, .silent, "nothing came for \(settings.mostSilence.seconds) s", body)
    }
  }

  /// Keeps what the poller looks for in step with what waits to be sent.
  private func watch(_ peer: Peer) {
    let wants = peer.channel.wantsToWrite
    guard wants != peer.isWatchedForWriting else { return }
    peer.isWatchedForWriting = wants
    let number = peer.channel.number
    try? poller.change(number, token: peer.number, forReading: true, forWriting: wants)
  }

  private mutating func close(
    _ peer: Peer,
    _ reason: ClosingReason,
    _ why: String,
    _ body: (Event) -> Void,
    tells: Bool = false
  ) {
    if tells {
      peer.send(Acknowledgement(epoch: peer.hello?.epoch ?? 0, sequence: 0, refusal: why))
    }
    peer.channel.end()
    peers[peer.number] = nil
    counts.closed[reason, default: 0] += 1
    let who = peer.hello.map { "agent \($0.node) at \(peer.remote)" } ?? "agent at \(peer.remote)"
    body(.closed(Connection(number: peer.number), peer.hello, reason, line: "\(who): \(why)"))
  }
}

extension Interval {
  fileprivate var seconds: Int64 { nanoseconds / 1_000_000_000 }
}
