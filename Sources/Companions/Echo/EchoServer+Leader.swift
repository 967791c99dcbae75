internal import Protocols
internal import System
internal import Wire

/// The part of the server's loop that has to do with the leader.
extension EchoServer {
  func tickDesk(at now: Instant) {
    guard desk != nil, let port = leaderPort else { return }
    if let next = desk?.engine.nextTick, now >= next { desk?.tick(at: now, time: .now()) }
    post(from: port)
  }

  /// Takes what the resolver found.
  func takePeers() {
    guard let found = peers?.take() else { return }
    if let addresses = found.addresses { desk?.resolve(addresses, at: .now()) }
    if let failure = found.failure {
      journal.event("unresolved", at: .now(), [("reason", .text(failure))])
    }
    if let port = leaderPort { post(from: port) }
  }

  private var leaderPort: DatagramPort? { ports.first { $0.answers.contains(.leader) } }

  /// Sends what the engine wants sent, and tells what it wants told.
  private func post(from port: DatagramPort) {
    guard let (letters, events) = desk?.takeEffects(at: .now()) else { return }
    for letter in letters { send(letter, port) }
    for event in events { tell(event) }
  }

  private func send(_ letter: LeaderDesk.Letter, _ port: DatagramPort) {
    // A datagram that cannot be sent is as good as lost, and the protocol lives with losses.
    if let local = letter.from, !local.isUnspecified {
      _ = port.socket.send(letter.bytes.span, to: letter.to, from: local)
    } else {
      _ = port.socket.send(letter.bytes.span, to: letter.to)
    }
  }

  private func tell(_ event: LeaderEngine.Event) {
    var members: [(String, Journal.Value)] = []
    let name: String
    switch event {
    case .leading(let term):
      name = "leading"
      members = [("term", .text("\(term)"))]
    case .following(let leader, let term):
      name = "following"
      members = [("leader", .text("\(leader)")), ("term", .text("\(term)"))]
    case .leaderLost(let leader, let term):
      name = "leader-lost"
      members = [("leader", .text("\(leader)")), ("term", .text("\(term)"))]
    case .steppedDown(let term, let reason):
      name = "stepped-down"
      members = [("term", .text("\(term)")), ("reason", .text(reason.rawValue))]
    case .refused(let address, let reason):
      name = "refused"
      members = [("leader", .text("\(address)")), ("reason", .text(reason.rawValue))]
    }
    guard !configuration.isQuiet else { return }
    journal.event(name, at: .now(), members)
  }

  /// What the pod that leads answers itself: an echo where nothing else was asked for.
  private func homeAnswers(_ port: DatagramPort) -> Answers {
    let answers = port.answers.subtracting(.leader)
    return answers.isDisjoint(with: .catchAll) ? answers.union(.echo) : answers
  }

  /// Deals with a datagram at a port that has a leader: its answer is written, sent, or the leader's to give.
  func route(
    _ request: Span<UInt8>,
    _ port: DatagramPort,
    from source: Endpoint,
    to local: Endpoint,
    at now: Instant,
    _ time: Timestamp,
    _ engine: inout EchoEngine,
    _ output: inout OutputSpan<UInt8>
  ) -> EchoEngine.Outcome {
    if LeaderMessage.isLikely(request) {
      defer { post(from: port) }
      return deal(with: request, port, from: source, to: local, at: now, time, &engine)
    }
    if desk?.isLeader == true {
      return engine.answer(
        request,
        from: source,
        to: local,
        with: homeAnswers(port),
        at: now,
        time: time,
        output: &output
      )
    }
    // What only one protocol can mean is answered by any pod.
    let outcome = engine.answer(
      request,
      from: source,
      to: local,
      with: port.answers.subtracting(Answers.catchAll.union(.leader)),
      at: now,
      time: time,
      output: &output
    )
    guard outcome.verdict == .unknown || outcome.verdict == .malformed else { return outcome }
    let letter = desk?.passOn(request, from: source, to: local.address, at: now, time: time)
    if let letter { send(letter, port) }
    engine.note(.leader)
    return EchoEngine.Outcome(answer: .none, verdict: .leader)
  }

  private func deal(
    with request: Span<UInt8>,
    _ port: DatagramPort,
    from source: Endpoint,
    to local: Endpoint,
    at now: Instant,
    _ time: Timestamp,
    _ engine: inout EchoEngine
  ) -> EchoEngine.Outcome {
    let home = homeAnswers(port)
    // An order from a client costs an answer of its address's share, like any other datagram.
    let isAllowed = engine.isAllowed(source.address, at: now)
    guard isAllowed else {
      engine.note(.limited)
      return EchoEngine.Outcome(answer: .none, verdict: .limited)
    }
    do throws(MessageError) {
      let letters = try desk?.receive(
        request,
        from: source,
        to: local.address,
        at: now,
        time: time
      ) { data, client in
        var written: [UInt8]?
        let bytes = [UInt8](capacity: DatagramBatch.answerLength) { output in
          let outcome = engine.answer(
            data.span,
            from: client,
            to: local,
            with: home,
            at: now,
            time: time,
            output: &output
          )
          if outcome.answer == .echo { written = data }
          if outcome.answer == .written { written = [] }
        }
        return written.map { $0.isEmpty && !bytes.isEmpty ? bytes : $0 }
      }
      for letter in letters ?? [] { send(letter, port) }
      engine.note(.leader)
      return EchoEngine.Outcome(answer: .none, verdict: .leader)
    } catch {
      if !configuration.isQuiet {
        journal.datagram(
          "refused",
          at: time,
          [("source", .text(source.description)), ("reason", .text("\(error)"))]
        )
      }
      engine.note(.malformed)
      return EchoEngine.Outcome(answer: .none, verdict: .malformed)
    }
  }
}
