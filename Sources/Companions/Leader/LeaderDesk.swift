internal import Protocols
internal import System
public import Wire

/// How a server takes part in having a leader.
public struct LeaderConfiguration: Sendable {
  /// This pod's address, as the service's name resolves to it.
  public var own: IPAddress
  public var preferred: IPAddress?
  /// The headless service's name.
  public var service: String?
  /// Pods that are there in any case.
  public var peers: [IPAddress] = []
  public var heartbeat = Interval.seconds(1)
  public var resolution = Interval.seconds(2)
  public var key: MessageKey?

  public init(own: IPAddress) {
    self.own = own
  }
}

/// Where messages about the leader, and datagrams for it, are dealt with.
///
/// What the datagrams ask for is answered by whoever leads, through the pod that the client spoke to: only that pod's
/// address means something to the client.
struct LeaderDesk {
  /// A client that waits for the leader's answer.
  private struct Waiting {
    var id: UInt64
    var client: Endpoint
    var local: IPAddress
    var until: Instant
  }

  /// What to send, and where.
  struct Letter {
    var bytes: [UInt8]
    var to: Endpoint
    /// The address that it must come from; nil for the route's choice.
    var from: IPAddress?
  }

  private static let patience = Interval.seconds(5)
  private static let mostWaiting = 4_096
  /// From client to pod to leader: a leader passes nothing on.
  private static let mostHops = 1

  private let configuration: LeaderConfiguration
  private let pod: String
  private let port: UInt16
  private(set) var engine: LeaderEngine
  private var waiting: [Waiting] = []
  private var nextID: UInt64
  /// Internal messages that were not from a pod, or not signed, or not readable.
  private(set) var refused: UInt64 = 0
  private(set) var passedOn: UInt64 = 0

  init(
    _ configuration: LeaderConfiguration,
    pod: String,
    port: UInt16,
    seed: UInt64,
    at now: Instant
  ) {
    self.configuration = configuration
    self.pod = pod
    self.port = port
    var engine = LeaderEngine.Configuration(
      own: configuration.own,
      preferred: configuration.preferred,
      seed: seed
    )
    engine.heartbeat = configuration.heartbeat
    engine.resolution = configuration.resolution
    self.engine = LeaderEngine(engine, at: now)
    nextID = seed
    if !configuration.peers.isEmpty { self.engine.resolve(configuration.peers, at: now) }
  }

  var isLeader: Bool { engine.isLeader }

  mutating func resolve(_ addresses: [IPAddress], at now: Instant) {
    engine.resolve(addresses + configuration.peers, at: now)
  }

  mutating func tick(at now: Instant, time: Timestamp) {
    engine.tick(at: now, time: time)
  }

  /// Takes what the engine wants sent and told.
  mutating func takeEffects(at time: Timestamp) -> (letters: [Letter], events: [LeaderEngine.Event])
  {
    var letters: [Letter] = []
    var events: [LeaderEngine.Event] = []
    for effect in engine.takeEffects() {
      switch effect {
      case .log(let event): events.append(event)
      case .send(let message, let address): letters.append(letter(message, to: address, at: time))
      }
    }
    return (letters, events)
  }

  private func letter(
    _ message: LeaderMessage,
    to address: IPAddress,
    at time: Timestamp
  ) -> Letter {
    Letter(
      bytes: message.encoded(key: configuration.key, at: time),
      to: Endpoint(address, port),
      from: nil
    )
  }

  /// Deals with a message about the leader.
  ///
  /// - Returns: what to send for it at once.
  /// - Throws: why the message is refused.
  mutating func receive(
    _ bytes: Span<UInt8>,
    from source: Endpoint,
    to local: IPAddress,
    at now: Instant,
    time: Timestamp,
    _ answer: ([UInt8], Endpoint) -> [UInt8]?
  ) throws(MessageError) -> [Letter] {
    let message: LeaderMessage
    do throws(MessageError) {
      message = try LeaderMessage(bytes, key: configuration.key, at: time)
      if message.isInternal, !engine.isMember(source.address) || source.port != port {
        throw MessageError.foreign
      }
    } catch {
      refused &+= 1
      throw error
    }
    switch message {
    case .status: return [stateLetter(for: bytes.count, to: source, from: local, at: time)]
    case .set(let address):
      let isFromPod = source.port == port && engine.isMember(source.address)
      engine.order(address, isPassedOn: isFromPod, at: now)
      return isFromPod ? [] : [stateLetter(for: bytes.count, to: source, from: local, at: time)]
    case .forward(let id, let client, let hops, let data):
      guard engine.isLeader, hops <= Self.mostHops, let data = answer(data, client) else {
        return []
      }
      return [letter(.answer(id: id, data: data), to: source.address, at: time)]
    case .answer(let id, let data):
      guard let index = waiting.firstIndex(where: { $0.id == id }) else { return [] }
      let client = waiting.remove(at: index)
      return [Letter(bytes: data, to: client.client, from: client.local)]
    default:
      engine.receive(message, from: source.address, at: now, time: time)
      return []
    }
  }

  /// Passes a client's datagram on to the leader; nil where there is none to pass it to.
  mutating func passOn(
    _ bytes: Span<UInt8>,
    from client: Endpoint,
    to local: IPAddress,
    at now: Instant,
    time: Timestamp
  ) -> Letter? {
    guard let leader = engine.leader, leader != configuration.own,
      bytes.count <= LeaderMessage.longestForwarded
    else { return nil }
    waiting.removeAll { $0.until < now }
    if waiting.count >= Self.mostWaiting { waiting.removeFirst() }
    nextID &+= 0x9e37_79b9_7f4a_7c15
    waiting.append(
      Waiting(id: nextID, client: client, local: local, until: now + Self.patience)
    )
    passedOn &+= 1
    return letter(
      .forward(id: nextID, client: client, hops: 1, data: bytes.array),
      to: leader,
      at: time
    )
  }

  /// The state as an answer, its list cut so that it is no longer than any answer may be.
  private func stateLetter(
    for length: Int,
    to client: Endpoint,
    from local: IPAddress,
    at time: Timestamp
  ) -> Letter {
    var state = engine.state(pod: pod)
    var bytes = LeaderMessage.state(state).encoded(key: configuration.key, at: time)
    while bytes.count > length + EchoEngine.allowance, !state.list.isEmpty {
      state.list.removeLast()
      bytes = LeaderMessage.state(state).encoded(key: configuration.key, at: time)
    }
    return Letter(bytes: bytes, to: client, from: local)
  }
}
