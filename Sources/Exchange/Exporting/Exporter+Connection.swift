internal import System
internal import Wire

extension Exporter {
  /// Begins a connection with the next address, or the first one of a fresh look at the name.
  mutating func connect(_ now: Instant) {
    if addresses.isEmpty {
      do throws(ResolutionError) {
        addresses = try resolve(settings.host).map { Endpoint($0, settings.port) }
      } catch {
        return lose(error.description)
      }
    }
    guard !addresses.isEmpty else { return lose("resolve \(settings.host): no address") }
    remote = addresses.removeFirst()
    do {
      let stream = try TCPStream(connectingTo: remote)
      let tls = try settings.tls.map { tls throws(TLSError) in
        try TLSSession(tls, .client(of: settings.serverName ?? settings.host))
      }
      try poller.add(stream.number, token: Self.channelToken, forWriting: true)
      channel = Channel(stream, tls)
      isWatchedForWriting = true
      splitter = MessageSplitter()
      decoder = MessageDecoder()
      answers = MessageEncoder(.answers)
      requests = []
      phase = .connecting(until: now + settings.connectTimeout)
    } catch {
      lose("\(error)")
    }
  }

  mutating func serve(_ event: Poller.Event) {
    guard channel != nil else { return }
    let now = Instant.now()
    if case .connecting = phase {
      guard event.isWritable || event.isClosed else { return }
      if let failure = channel?.failure { return lose(failure.description) }
      health.connections += 1
      if settings.tls == nil {
        greet(now)
      } else {
        phase = .shakingHands(until: now + settings.greetingTimeout)
        shakeHands(now)
      }
      return
    }
    if event.isReadable || event.isClosed {
      switch channel?.receive() {
      case .bytes(let bytes): take(bytes)
      case .nothing, nil: break
      case .ended: return lose(isGreeting ? "it closed the connection" : "the connection ended")
      case .failed(let why): return lose(why)
      }
      if case .shakingHands = phase { shakeHands(now) }
    }
    guard channel != nil, flush() else { return }
  }

  private var isGreeting: Bool {
    if case .greeting = phase { true } else { false }
  }

  private mutating func shakeHands(_ now: Instant) {
    switch channel?.shakeHands() {
    case .failed(let why): return lose(why)
    case .ended: return lose("it closed the connection")
    case .bytes, .nothing, nil: break
    }
    guard flush() else { return }
    if channel?.isOpen == true { greet(now) }
  }

  /// Says who speaks; nothing follows before the answer, which says where to go on.
  private mutating func greet(_ now: Instant) {
    let spool = spool.settings
    var hello = AgentHello(node: spool.node, domain: spool.domain, epoch: spool.epoch)
    hello.token = settings.token
    hello.ringBytes = settings.ringBytes
    var session = MessageEncoder.Settings(domain: spool.domain)
    // So that one which counts finds nothing missing.
    let first = UInt32(truncatingIfNeeded: self.spool.firstPlace)
    session.sequence = first &- 1
    plain = PlainSession(sequence: first)
    var encoder = MessageEncoder(session)
    var bytes: [UInt8] = []
    encoder.append(hello, at: .now()) { bytes += $0 }
    encoder.flush(at: .now()) { bytes += $0 }
    channel?.send(bytes)
    phase = .greeting(until: now + settings.greetingTimeout)
    _ = flush()
  }

  /// Begins to send what is in the spool.
  mutating func begin(acknowledging: Bool) {
    phase = .sending
    backoff.reset()
    addresses = []
    health.acknowledges = acknowledging
    health.problem = nil
    unansweredSince = nil
    // One of another kind takes everything once: of what it was given only the templates are told again.
    reader = SpoolReader(
      from: acknowledging ? SpoolPosition() : SpoolPosition(file: delivered.file)
    )
  }

  private mutating func take(_ bytes: [UInt8]) {
    splitter.append(bytes)
    while true {
      switch splitter.next() {
      case .nothing: return
      case .garbage: return lose("what it answers is no IPFIX")
      case .message(let message):
        var decoded = DecodedMessage()
        _ = decoder.decode(message.span, into: &decoded)
        for acknowledgement in decoded.acknowledgements {
          guard take(acknowledgement) else { return }
        }
        take(decoded.requests)
      }
    }
  }

  /// False where the connection is closed by now.
  private mutating func take(_ acknowledgement: Acknowledgement) -> Bool {
    if let why = acknowledgement.refusal {
      lose("it refuses this agent: \(why.plain)")
      return false
    }
    if acknowledgement.epoch == spool.settings.epoch {
      guard acknowledgement.sequence <= spool.recordsTold else {
        lose("it acknowledges records that were never told")
        return false
      }
      health.recordsAcknowledged = max(health.recordsAcknowledged, acknowledgement.sequence)
      unansweredSince = acknowledgement.sequence <= lastSentPlace ? .now() : nil
    } else if unansweredSince != nil {
      unansweredSince = .now()
    }
    health.lastAcknowledgement = .now()
    isKnownToAcknowledge = true
    spool.release(acknowledgement)
    // One that answers late was taken for one of another kind; it drops what it gets again.
    if phase != .sending || !health.acknowledges {
      begin(acknowledging: true)
      tell("connected to \(name)")
    }
    return true
  }

  /// Reads from the spool as long as the connection takes it.
  mutating func sendMore(_ now: Instant) {
    while channel != nil, waitingBytes < Self.mostWaiting {
      do throws(SystemError) {
        guard try reader.next(of: spool, into: &message) else { break }
      } catch {
        tell("\(error.description); the records of this file are passed over")
        reader.skipFile()
        continue
      }
      lastSentPlace = spool.place(of: message, in: reader.position.file) ?? lastSentPlace
      if !health.acknowledges {
        let isGiven = reader.position <= delivered
        guard let told = plain.rendering(of: message, isGiven: isGiven) else { continue }
        message = told
      }
      channel?.send(message)
      health.messagesSent += 1
      health.bytesSent += UInt64(message.count)
      if health.acknowledges, unansweredSince == nil { unansweredSince = now }
      guard waitingBytes < Self.mostWaiting / 2 || flush() else { return }
    }
    guard flush() else { return }
    if !health.acknowledges, waitingBytes == 0 {
      delivered = max(delivered, reader.position)
      spool.release(before: delivered)
    }
  }

  /// So many bytes may wait for the kernel to take them.
  private static let mostWaiting = 1 << 18

  /// Gives the kernel what it takes; false where the connection is gone.
  mutating func flush() -> Bool {
    guard channel?.flush() ?? false else {
      lose("the connection broke off")
      return false
    }
    let wants = channel?.wantsToWrite ?? false
    if wants != isWatchedForWriting, let number = channel?.number {
      isWatchedForWriting = wants
      try? poller.change(number, token: Self.channelToken, forReading: true, forWriting: wants)
    }
    return true
  }

  /// Gives the connection up, and tries the next address or pauses.
  mutating func lose(_ why: String) {
    channel = nil
    health.failures += 1
    health.isConnected = false
    health.problem = "\(name): \(why)"
    unansweredSince = nil
    var random = SystemRandomNumberGenerator()
    let pause =
      addresses.isEmpty ? backoff.next(&random) : Interval(nanoseconds: 0)
    phase = .pausing(until: .now() + pause)
    tell("\(name): \(why); what was not sent is kept, and it is tried again")
  }
}

extension String {
  /// Without what could steer a terminal.
  fileprivate var plain: String {
    String(
      String.UnicodeScalarView(unicodeScalars.filter { $0.properties.generalCategory != .control })
    )
  }
}
