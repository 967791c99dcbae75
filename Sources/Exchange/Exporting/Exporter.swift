public import System
public import Wire

/// The agent's end: what is in its spool goes to the collector, and leaves the spool once the collector has it.
///
/// All of it happens on the thread that calls `step`, which waits there. Nothing is sent that is not in the spool, so that
/// a lost connection loses nothing: the next one begins with the first file that holds a record which was not
/// acknowledged, and the collector drops what it knows.
public struct Exporter: ~Copyable {
  public struct Settings: Sendable {
    /// The collector, by name or address.
    public var host: String
    public var port: UInt16
    /// Nil for plain TCP.
    public var tls: TLSContext?
    /// Who the collector's certificate has to be for; the host if nil.
    public var serverName: String?
    public var token = ""
    /// How much of what it captured last the agent keeps, for whoever asks; nil where it keeps none.
    public var ringBytes: UInt64?
    public var connectTimeout = Interval.seconds(5)
    /// How long a collector may take to acknowledge the hello; one that never has is then taken for one of another kind.
    public var greetingTimeout = Interval.seconds(5)
    /// How long one that acknowledges may leave what was sent without an answer.
    public var answerTimeout = Interval.seconds(15)
    public var shortestPause = Interval.milliseconds(200)
    public var longestPause = Interval.seconds(5)

    public init(host: String, port: UInt16) {
      self.host = host
      self.port = port
    }
  }

  public var spool: Spool
  public internal(set) var health = ExporterHealth()

  let settings: Settings
  let poller: Poller
  let waker: Waker?
  var phase = Phase.pausing(until: .now())
  var channel: Channel?
  var isWatchedForWriting = false
  var backoff: Backoff
  /// Where it may be tried next, of the addresses that the collector's name has.
  var addresses: [Endpoint] = []
  var remote = Endpoint(IPAddress(v4: 0), 0)
  var splitter = MessageSplitter()
  var decoder = MessageDecoder()
  var reader = SpoolReader()
  var message: [UInt8] = []
  /// Whether this collector has acknowledged anything since the process began.
  var isKnownToAcknowledge = false
  /// The place of the last message of this epoch that was sent.
  var lastSentPlace: UInt64 = 0
  /// Since when something that was sent is without an answer.
  var unansweredSince: Instant?
  var plain = PlainSession(sequence: 0)
  /// What the collector has asked for and nobody has taken yet.
  var requests: [EvidenceRequest] = []
  var answers = MessageEncoder(.answers)
  /// Up to where one that does not acknowledge has been given everything.
  var delivered = SpoolPosition()
  /// What is to be told, a line each.
  var lines: [String] = []
  var lastLine = ""
  var lastLineAt = Instant(nanoseconds: 0)

  enum Phase: Equatable {
    case pausing(until: Instant)
    case connecting(until: Instant)
    case shakingHands(until: Instant)
    /// The hello was sent, and no answer has come.
    case greeting(until: Instant)
    case sending
  }

  static let channelToken: UInt64 = 0
  static let wakerToken: UInt64 = 1

  /// The waker, if there is one, ends a `step` early.
  public init(
    _ settings: Settings,
    _ spool: consuming Spool,
    waker: Waker? = nil
  ) throws(SystemError) {
    ignoreBrokenPipes()
    let poller = try Poller()
    if let waker { try poller.add(waker.number, token: Self.wakerToken) }
    self.settings = settings
    self.spool = spool
    self.poller = poller
    self.waker = waker
    backoff = Backoff(from: settings.shortestPause, to: settings.longestPause)
  }

  /// Whether runs that go on are of use to the collector, and come through: it acknowledges, and little waits.
  public var wantsOngoing: Bool {
    phase == .sending && health.acknowledges
      && spool.recordsTold &- health.recordsAcknowledged < 1 << 18
  }

  /// Whether the collector has all that was told.
  public var isSettled: Bool {
    switch (phase, health.acknowledges) {
    case (.sending, true): spool.isTaken(by: health.recordsAcknowledged)
    case (.sending, false): spool.isEnd(reader.position) && waitingBytes == 0
    default: false
    }
  }

  /// How many bytes the kernel has not taken yet.
  var waitingBytes: Int {
    switch channel {
    case .some(let channel): channel.waitingBytes
    case .none: 0
    }
  }

  /// Does what there is to do, and waits for more until the moment has come or somebody wakes it; what is to be told, a line
  /// each.
  public mutating func step(until moment: Instant) -> [String] {
    var ready: [Poller.Event] = []
    advance(.now())
    let wake = min(moment, deadline ?? moment)
    poller.wait(timeout: wake.since(.now())) { ready.append($0) }
    for event in ready {
      if event.token == Self.wakerToken { waker?.clear() } else { serve(event) }
    }
    advance(.now())
    noteHealth()
    defer { lines.removeAll() }
    return lines
  }

  /// Whether it waits before it tries again.
  public var isPausing: Bool {
    if case .pausing(let moment) = phase { moment > .now() } else { false }
  }

  /// Tries again at once if it waits.
  public mutating func hurry() {
    if isPausing { phase = .pausing(until: .now()) }
  }

  /// Says goodbye; what the collector does not have stays in the spool.
  public mutating func close() {
    if isSettled { spool.releaseAll() }
    channel?.end()
    channel = nil
    phase = .pausing(until: Instant(nanoseconds: .max))
    health.isConnected = false
  }

  private var deadline: Instant? {
    switch phase {
    case .pausing(let moment), .connecting(let moment), .shakingHands(let moment),
      .greeting(let moment):
      moment
    case .sending: unansweredSince.map { $0 + settings.answerTimeout }
    }
  }

  private mutating func advance(_ now: Instant) {
    switch phase {
    case .pausing(let moment): if now >= moment { connect(now) }
    case .connecting(let moment):
      if now >= moment {
        lose("connect to \(remote): no answer in \(settings.connectTimeout.text)")
      }
    case .shakingHands(let moment):
      if now >= moment { lose("no TLS handshake in \(settings.greetingTimeout.text)") }
    case .greeting(let moment): if now >= moment { endGreeting() }
    case .sending:
      if health.acknowledges, let since = unansweredSince, now >= since + settings.answerTimeout {
        lose("no acknowledgement came in \(settings.answerTimeout.text)")
      } else {
        sendMore(now)
      }
    }
  }

  /// A collector that does not acknowledge the hello is one of another kind; but not one that has acknowledged before, or
  /// is to know a token.
  private mutating func endGreeting() {
    guard !isKnownToAcknowledge, settings.token.isEmpty else {
      return lose("it did not acknowledge the hello in \(settings.greetingTimeout.text)")
    }
    tell("\(name) acknowledges nothing: what the connection takes counts as delivered")
    begin(acknowledging: false)
  }

  private mutating func noteHealth() {
    health.isConnected = phase == .sending
    health.recordsTold = spool.recordsTold
    health.spoolBytes = spool.byteCount
    health.spoolFiles = spool.files.count
    health.spoolLosses = spool.losses
    health.spoolProblem = spool.problem?.description
  }

  var name: String { "collector \(settings.host):\(settings.port)" }

  /// The same is told once a minute at most.
  mutating func tell(_ line: String) {
    let now = Instant.now()
    guard line != lastLine || now >= lastLineAt + .seconds(60) else { return }
    (lastLine, lastLineAt) = (line, now)
    lines.append(line)
  }
}

extension Interval {
  fileprivate var text: String {
    nanoseconds % 1_000_000_000 == 0
      ? "\(nanoseconds / 1_000_000_000) s" : "\(nanoseconds / 1_000_000) ms"
  }
}
