public import System
public import Wire

/// Lets a number of clients ask a server, each from a socket of its own, and tells what happens.
public final class ClientRunner {
  public struct Configuration: Sendable {
    public var target: Endpoint
    public var wire = ClientWire.stun
    public var clients = 11
    public var interval = Interval.seconds(1)
    /// Nil for no end.
    public var duration: Interval? = .seconds(30)
    /// When each client asks, counted from the start, where that is not once an interval; clients take these in turn.
    public var schedules: [[Interval]] = []
    /// How many requests each client sends at most.
    public var requests: UInt32?
    public var timeout = Interval.seconds(2)
    /// How many requests follow each other at once at every turn.
    public var burst = 1
    /// Bytes that make a request large (STUN only).
    public var padding = 0
    /// Whether every request of a client is the very same datagram.
    public var isIdentical = false
    /// Whether clients begin together rather than spread over one interval.
    public var startsTogether = false
    /// The addresses that clients send from, in turn; the kernel's choice where there are none.
    public var sources: [IPAddress] = []
    /// The port of the first client of each of the sources, the next one its second's; nil for any free ones.
    public var firstPort: UInt16?
    public var seed: UInt64

    public init(target: Endpoint, seed: UInt64) {
      self.target = target
      self.seed = seed
    }
  }

  private final class Client {
    let socket: UDPSocket
    var record: ClientRecord
    var nextSequence: UInt32 = 1
    var nextTurn: Instant
    var turns = 0

    let schedule: [Interval]?

    init(
      _ socket: consuming UDPSocket,
      _ record: ClientRecord,
      _ schedule: [Interval]?,
      at start: Instant
    ) {
      self.schedule = schedule
      self.socket = socket
      self.record = record
      nextTurn = start
    }
  }

  /// One datagram, as a log of them tells it.
  public enum Datagram: Sendable {
    case sent(sequence: UInt32, bytes: Int)
    case answered(ClientWire.Answer)
  }

  public enum Stop: Hashable, Sendable {
    case finished
    case interrupted
  }

  private let configuration: Configuration
  private let poller: Poller
  private var clients: [Client] = []
  /// Datagrams that were no answers.
  public private(set) var strangers: UInt64 = 0
  /// Answers that came from another address than the one asked: most clients would never see them.
  public private(set) var misdirected: UInt64 = 0
  /// Where the first of those came from.
  public private(set) var misdirection: Endpoint?
  private let localAddress: IPAddress
  private let start: Instant

  public init(_ configuration: Configuration) throws(SystemError) {
    self.configuration = configuration
    poller = try Poller()
    localAddress = try System.localAddress(toward: configuration.target)
    start = .now()
    let sources =
      configuration.sources.isEmpty
      ? [configuration.target.address.isV4 ? IPAddress(v4: 0) : .everyAddress]
      : configuration.sources
    var random = Generator(state: configuration.seed)
    for index in 0..<configuration.clients {
      let source = sources[index % sources.count]
      let port = configuration.firstPort.map {
        $0 &+ UInt16(truncatingIfNeeded: index / sources.count)
      }
      let socket = try UDPSocket(
        bind: Endpoint(source, port ?? 0),
        reportsErrors: true,
        bufferLength: 256 << 10
      )
      try poller.add(socket.number, token: UInt64(index))
      // The affinity tester's range.
      let id = UInt32.random(in: 1_000_000_000...2_147_483_647, using: &random)
      let record = ClientRecord(
        id: id,
        local: Endpoint(source.isUnspecified ? localAddress : source, socket.local.port),
        timeout: configuration.timeout
      )
      let spread =
        configuration.startsTogether
        ? 0 : configuration.interval.nanoseconds / Int64(configuration.clients) * Int64(index)
      var first = start + Interval(nanoseconds: spread)
      if let schedule = schedule(of: index) { first = start + (schedule.first ?? .seconds(0)) }
      clients.append(Client(socket, record, schedule(of: index), at: first))
    }
  }

  public var records: [ClientRecord] { clients.map(\.record) }

  /// Runs until all is sent and answered or overdue, or `stops` says so.
  ///
  /// `tell` hears of every event, `log` of every datagram; `pause` is called some ten times a second, and ends the run
  /// by returning true.
  @discardableResult
  public func run(
    tell: (ClientRecord, ClientRecord.Event) -> Void,
    log: (ClientRecord, Datagram) -> Void = { _, _ in },
    pause: (Instant) -> Bool = { _ in false }
  ) -> Stop {
    var batch = DatagramBatch(capacity: 32)
    let end = configuration.duration.map { start + $0 }
    var nextPause = start
    while true {
      let now = Instant.now()
      if now >= nextPause {
        if pause(now) { return .interrupted }
        nextPause = now + .milliseconds(100)
      }
      var next = nextPause
      var isSending = false
      for client in clients {
        for event in client.record.check(at: now) { tell(client.record, event) }
        guard !isDone(client), end.map({ client.nextTurn < $0 }) ?? true else { continue }
        isSending = true
        if client.nextTurn <= now { takeTurn(client, at: now, log) }
        next = min(next, client.nextTurn)
      }
      if !isSending, now >= patienceEnd { return .finished }
      poller.wait(timeout: max(.microseconds(0), next.since(now))) { event in
        receive(clients[Int(event.token)], event, &batch, tell, log)
      }
    }
  }

  private func schedule(of client: Int) -> [Interval]? {
    let schedules = configuration.schedules
    return schedules.isEmpty ? nil : schedules[client % schedules.count]
  }

  private func isDone(_ client: Client) -> Bool {
    if let schedule = client.schedule { return client.turns >= schedule.count }
    return configuration.requests.map { client.record.sent >= $0 } ?? false
  }

  /// When nothing that was sent can be answered in time any more, or at once where all is answered.
  private var patienceEnd: Instant {
    var end = start
    for client in clients where client.record.unanswered > 0 {
      end = max(end, lastSend + configuration.timeout)
    }
    return end
  }

  private var lastSend = Instant(nanoseconds: 0)

  private func takeTurn(
    _ client: Client,
    at now: Instant,
    _ log: (ClientRecord, Datagram) -> Void
  ) {
    for _ in 0..<configuration.burst {
      let sequence = client.nextSequence
      let request = configuration.wire.request(
        client: client.record.id,
        sequence: configuration.isIdentical ? 1 : sequence,
        local: client.record.local.address,
        padding: configuration.padding
      )
      // A datagram that the kernel refuses is as good as lost: it was meant to be sent.
      _ = client.socket.send(request.span, to: configuration.target)
      client.record.send(sequence, at: .now())
      log(client.record, .sent(sequence: sequence, bytes: request.count))
      client.nextSequence += 1
    }
    lastSend = now
    client.turns += 1
    if let schedule = client.schedule {
      if client.turns < schedule.count { client.nextTurn = start + schedule[client.turns] }
      return
    }
    client.nextTurn = client.nextTurn + configuration.interval
    // After a pause of the whole machine the turns missed are not made up for: that would be a burst.
    if client.nextTurn < now { client.nextTurn = now + configuration.interval }
  }

  private func receive(
    _ client: Client,
    _ event: Poller.Event,
    _ batch: inout DatagramBatch,
    _ tell: (ClientRecord, ClientRecord.Event) -> Void,
    _ log: (ClientRecord, Datagram) -> Void
  ) {
    if event.isClosed { client.record.refused += UInt64(client.socket.receiveRefusals()) }
    let count = batch.receive(from: client.socket)
    let now = Instant.now()
    for index in 0..<count {
      let answer = configuration.wire.answer(
        batch.payload(index),
        client: client.record.id,
        isV4: configuration.target.address.isV4
      )
      guard var answer else {
        strangers += 1
        continue
      }
      guard batch.source(index) == configuration.target else {
        misdirected += 1
        misdirection = misdirection ?? batch.source(index)
        continue
      }
      log(client.record, .answered(answer))
      // All requests carry the first one's number: the order tells them apart.
      if configuration.isIdentical { answer.sequence = nil }
      for event in client.record.receive(answer, at: now) { tell(client.record, event) }
    }
  }
}

extension IPAddress {
  static var everyAddress: Self { Self(high: 0, low: 0) }
}
