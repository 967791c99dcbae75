internal import Protocols
public import System
public import Wire

/// Decides what a server answers to a datagram: pure, with time and addresses as arguments.
///
/// It cannot be made an amplifier or a part of a loop: an answer is at most `allowance` longer than its request, an
/// answer of our own kind is never answered, echoes that come back are found out, and each address gets a bounded
/// number of answers a second. Echo and STUN allocate nothing.
public struct EchoEngine: Sendable {
  /// An answer is at most this much longer than its request.
  public static let allowance = 256

  /// What the server says about itself, and its limits.
  public struct Configuration: Sendable {
    public var pod: String
    public var node: String
    public var hostName: String
    public var software: String
    /// Whether banners name the pod and the node.
    public var namesInBanner = false
    /// How long a silent source is remembered.
    public var sessionLifetime = Interval.seconds(60)
    /// Answers a second for each address; 0 for no limit.
    public var answersPerSecond = 100_000
    public var sources = 65_536
    public var seed: UInt64

    public init(pod: String, node: String, hostName: String, software: String, seed: UInt64) {
      self.pod = pod
      self.node = node
      self.hostName = hostName
      self.software = software
      self.seed = seed
    }
  }

  /// What a datagram was taken for.
  public enum Verdict: Int, CaseIterable, Hashable, Sendable {
    case stun, affinity, agnhost, hello, echo, banner, receive, leader
    /// An answer of our own kind: not answered.
    case ownKind
    /// It claims to be of a protocol, and is not; where the port answers anything, it is answered as such.
    case malformed
    /// Our own echo come back too often: not answered.
    case looped
    /// Its address has had its share: not answered.
    case limited
    /// Nobody here knows it: not answered.
    case unknown

    /// As metrics and logs name it.
    public var name: String {
      self == .ownKind ? "own_kind" : "\(self)"
    }
  }

  /// What was decided about one datagram.
  public struct Outcome: Hashable, Sendable {
    public var answer: DatagramBatch.Answer
    public var verdict: Verdict
  }

  private let configuration: Configuration
  private let responder: StunResponder
  private let pod: String?
  private let hostName: String
  private let isHostNameWord: Bool
  public private(set) var sources: SourceTable
  private var limit: RateLimit
  /// Recent broadcasts, so that a repeated one is acknowledged again but not processed twice.
  private var broadcasts = RecentNumbers(capacity: 1_024)
  private var counts = [UInt64](repeating: 0, count: Verdict.allCases.count)
  public private(set) var answers: UInt64 = 0
  public private(set) var receivedBytes: UInt64 = 0

  public init(_ configuration: Configuration) {
    self.configuration = configuration
    responder = StunResponder(
      software: configuration.software,
      pod: configuration.pod,
      node: configuration.node
    )
    // So that answers which are little but a name stay within the allowance.
    hostName = String(decoding: configuration.hostName.utf8.prefix(200), as: UTF8.self)
    pod =
      configuration.pod.isEmpty
      ? nil : String(decoding: configuration.pod.utf8.prefix(200), as: UTF8.self)
    isHostNameWord = KubernetesWords(Array(configuration.hostName.utf8).span) != nil
    sources = SourceTable(
      capacity: configuration.sources,
      lifetime: configuration.sessionLifetime,
      seed: configuration.seed
    )
    limit = RateLimit(perSecond: configuration.answersPerSecond, seed: configuration.seed)
  }

  /// How many datagrams were taken for this.
  public func count(_ verdict: Verdict) -> UInt64 { counts[verdict.rawValue] }

  /// Decides about a datagram, and writes the answer where it is not the datagram itself.
  ///
  /// The monotonic clock serves sessions and limits, the wall clock banners.
  public mutating func answer(
    _ request: Span<UInt8>,
    from source: Endpoint,
    to local: Endpoint,
    with answers: Answers,
    at now: Instant,
    time: Timestamp,
    output: inout OutputSpan<UInt8>
  ) -> Outcome {
    let place = sources.place(of: source, at: now)
    let previous = sources[place].lastSeen
    sources[place].lastSeen = now
    sources[place].datagrams &+= 1
    sources[place].bytes &+= UInt64(request.count)
    receivedBytes &+= UInt64(request.count)
    var outcome: Outcome
    if source == local || source.port == 0 || Self.isOwnKind(request) {
      outcome = Outcome(answer: .none, verdict: .ownKind)
    } else if !limit.allows(source.address, at: now) {
      outcome = Outcome(answer: .none, verdict: .limited)
    } else {
      outcome = recognise(request, from: source, with: answers, to: &output)
      if outcome.verdict == .malformed || outcome.verdict == .unknown {
        if outcome.verdict == .malformed { counts[Verdict.malformed.rawValue] &+= 1 }
        let rest = answers.intersection(.catchAll)
        if !rest.isEmpty {
          outcome = answerAnything(
            request,
            place,
            since: previous,
            to: local,
            with: rest,
            at: now,
            time,
            &output
          )
        } else if outcome.verdict == .malformed {
          return outcome
        }
      }
    }
    counts[outcome.verdict.rawValue] &+= 1
    if outcome.answer != .none {
      self.answers &+= 1
      sources[place].answers &+= 1
    }
    return outcome
  }

  /// Whether a datagram is what we, or the servers whose protocols we speak, would answer.
  private static func isOwnKind(_ bytes: Span<UInt8>) -> Bool {
    guard bytes.count > 0 else { return false }
    switch bytes[0] {
    // "maartensmagic"
    case 0x6d: return AffinityTester.isLikely(bytes) && (try? AffinityTester.Answer(bytes)) != nil
    // "Hello UDP Client"
    case 0x48: return Hello.isAnswer(bytes)
    // "stickler-ack", "Sat" and "Sun"
    case 0x73, 0x53: return Broadcast.isAcknowledgement(bytes) || Banner.isLikely(bytes)
    // "Fri", "Mon", "Tue", "Thu", "Wed"
    case 0x46, 0x4d, 0x54, 0x57: return Banner.isLikely(bytes)
    // A STUN message that is no request.
    case 0x01...0x3f: return Stun.isLikely(bytes)
    default: return Stun.isLikely(bytes) && bytes[1] & 0x10 != 0
    }
  }

  /// Answers what only one protocol can mean.
  private func recognise(
    _ request: Span<UInt8>,
    from source: Endpoint,
    with answers: Answers,
    to output: inout OutputSpan<UInt8>
  ) -> Outcome {
    var isMalformed = false
    if answers.contains(.stun), request.count >= Stun.headerLength, request[0] == 0 {
      do {
        let parsed = try StunRequest(request)
        responder.write(parsed, ofLength: request.count, from: source, to: &output)
        return Outcome(answer: .written, verdict: .stun)
      } catch {
        isMalformed = Stun.isLikely(request)
      }
    }
    if answers.contains(.affinity), AffinityTester.isLikely(request) {
      do {
        let parsed = try AffinityTester.Request(request)
        AffinityTester.Answer(
          pod: pod,
          sequence: parsed.sequence,
          reflective: ReflectiveAddress(source, id: parsed.id)
        ).write(atoms: parsed.atoms, to: &output)
        return Outcome(answer: .written, verdict: .affinity)
      } catch {
        isMalformed = true
      }
    }
    if answers.contains(.words), let word = KubernetesWords(request) {
      switch word {
      // A host could be called "hostname": two of them would never end.
      case .hostName where isHostNameWord: return Outcome(answer: .none, verdict: .unknown)
      case .hostName: output.append(text: hostName)
      case .clientAddress: output.append(text: source.description)
      case .echo(let text): output.append(text)
      }
      return Outcome(answer: .written, verdict: .agnhost)
    }
    return Outcome(answer: .none, verdict: isMalformed ? .malformed : .unknown)
  }

  /// Answers what may be anything.
  private mutating func answerAnything(
    _ request: Span<UInt8>,
    _ place: Int,
    since previous: Instant,
    to local: Endpoint,
    with answers: Answers,
    at now: Instant,
    _ time: Timestamp,
    _ output: inout OutputSpan<UInt8>
  ) -> Outcome {
    if answers.contains(.hello) {
      Hello.writeAnswer(to: &output)
      return Outcome(answer: .written, verdict: .hello)
    }
    if answers.contains(.receive) {
      let message = Broadcast.Message(request)
      guard let id = message.id else { return Outcome(answer: .none, verdict: .receive) }
      output.append(Broadcast.Acknowledgement(id: id, pod: pod ?? hostName).encoded)
      return Outcome(answer: .written, verdict: .receive)
    }
    let mark = LoopGuard.mark(request)
    guard LoopGuard.allows(mark, to: &sources[place], since: previous, now: now) else {
      return Outcome(answer: .none, verdict: .looped)
    }
    guard answers.contains(.banner) else { return Outcome(answer: .echo, verdict: .echo) }
    if sources[place].isGreeted { return Outcome(answer: .echo, verdict: .banner) }
    sources[place].isGreeted = true
    let banner = Banner.text(
      at: time,
      server: local,
      client: sources[place].endpoint,
      pod: configuration.namesInBanner ? pod : nil,
      node: configuration.namesInBanner ? configuration.node : nil
    )
    // A request so long that no datagram holds both gets its echo alone.
    if banner.utf8.count + request.count > 65_507 {
      return Outcome(answer: .echo, verdict: .banner)
    }
    output.append(text: banner)
    output.append(request)
    return Outcome(answer: .written, verdict: .banner)
  }

  /// Counts a datagram that was dealt with elsewhere.
  mutating func note(_ verdict: Verdict) {
    counts[verdict.rawValue] &+= 1
  }

  /// Whether an address may have one more answer; if so, it counts.
  mutating func isAllowed(_ address: IPAddress, at now: Instant) -> Bool {
    limit.allows(address, at: now)
  }

  /// Whether this broadcast is seen for the first time: a retry is not processed again.
  public mutating func isNew(_ id: UInt64) -> Bool {
    broadcasts.insert(id)
  }
}

/// The last so many numbers of a kind.
struct RecentNumbers: Sendable {
  private var numbers: Set<UInt64> = []
  private var order: [UInt64] = []
  private var next = 0
  private let capacity: Int

  init(capacity: Int) {
    self.capacity = capacity
  }

  /// Remembers a number, and says whether it was new.
  mutating func insert(_ number: UInt64) -> Bool {
    guard numbers.insert(number).inserted else { return false }
    if order.count < capacity {
      order.append(number)
    } else {
      numbers.remove(order[next])
      order[next] = number
      next = (next + 1) % capacity
    }
    return true
  }
}
