public import System
public import Wire

/// One pod's part in having one leader: pure, with time, messages and the names' addresses as arguments.
///
/// As in Raft, but that nothing is kept on disk and that the pods are those that the headless service's name resolves
/// to. A leader needs the votes of a majority, each pod votes once a term, and a leader that a majority has not heard
/// for `lease` stops leading; no pod votes for another before its own lease of the leader is over. So two never lead at
/// one time, while clocks run equally fast. A pod that starts votes only once every candidacy that its former self
/// could have voted in is over. Terms are milliseconds of the wall clock at least, so that they never repeat even
/// where all pods restart.
///
/// Two pods alone cannot tell a dead partner from a cut wire: there, the other takes over after the lease, and the
/// higher term wins when they meet again. Use three where that matters.
public struct LeaderEngine: Sendable {
  public struct Configuration: Sendable {
    public var own: IPAddress
    /// Who leads first, where it is there.
    public var preferred: IPAddress?
    public var heartbeat = Interval.seconds(1)
    /// How often the name is resolved: the time after which every pod knows of a new one.
    public var resolution = Interval.seconds(2)
    public var seed: UInt64

    public init(own: IPAddress, preferred: IPAddress? = nil, seed: UInt64) {
      self.own = own
      self.preferred = preferred
      self.seed = seed
    }
  }

  /// What is to be done.
  public enum Effect: Hashable, Sendable {
    case send(LeaderMessage, to: IPAddress)
    case log(Event)
  }

  public enum Event: Hashable, Sendable {
    case leading(term: UInt64)
    case following(IPAddress, term: UInt64)
    /// The leader was not heard for too long, or has stopped.
    case leaderLost(IPAddress, term: UInt64)
    case steppedDown(term: UInt64, reason: StepDown)
    case refused(IPAddress, Refusal)
  }

  public enum StepDown: String, Hashable, Sendable {
    case newerTerm = "a newer term"
    case lostMajority = "no majority hears us"
    case asked = "another was named"
  }

  public enum Refusal: String, Hashable, Sendable {
    case notAPod = "it is none of the pods that the name resolves to"
  }

  enum Role {
    /// Just started: asks who leads, and does not vote yet.
    case joining
    case follower
    case candidate(votes: Set<IPAddress>, isProbe: Bool, proposed: UInt64, after: UInt64)
    case leader
  }

  let configuration: Configuration
  var preferred: IPAddress?
  var random: Generator
  var role = Role.joining
  /// The newest term that we voted in, led or followed.
  public internal(set) var term: UInt64 = 0
  public internal(set) var leader: IPAddress?
  /// When we last confirmed a leader, or voted for one: for the lease from then on we vote for no other.
  var bound: Instant?
  /// When any leader was last known to be there.
  var lastLed: Instant?
  /// What the name resolves to, ourselves included.
  var resolved: [IPAddress]
  /// What the last leader published; a candidate needs a majority of these too.
  var published: [IPAddress] = []
  /// When the current role's patience ends.
  var deadline: Instant
  var nextHeartbeat: Instant
  var round: UInt64 = 0
  /// When the last rounds were sent.
  var roundStarts: [UInt64: Instant] = [:]
  /// For each pod, when the newest heartbeat was sent that it has confirmed.
  var confirmed: [IPAddress: Instant] = [:]
  var effects: [Effect] = []

  public init(_ configuration: Configuration, at now: Instant) {
    self.configuration = configuration
    preferred = configuration.preferred
    random = Generator(state: configuration.seed)
    resolved = [configuration.own]
    deadline = now + configuration.resolution + configuration.heartbeat * 4
    nextHeartbeat = now
  }

  var own: IPAddress { configuration.own }
  var beat: Interval { configuration.heartbeat }
  var lease: Interval { beat * 3 }

  public var isLeader: Bool {
    if case .leader = role { true } else { false }
  }

  /// Everybody that is known, in the order in which they follow the leader.
  public var list: [IPAddress] {
    let all = Set(resolved).union(published).sorted()
    guard let first = leader, let start = all.firstIndex(of: first) else { return all }
    return Array(all[start...] + all[..<start])
  }

  public func isMember(_ address: IPAddress) -> Bool {
    resolved.contains(address) || published.contains(address)
  }

  /// When `tick` is wanted next.
  public var nextTick: Instant {
    isLeader ? min(deadline, nextHeartbeat) : deadline
  }

  /// Takes what is to be done.
  public mutating func takeEffects() -> [Effect] {
    defer { effects.removeAll() }
    return effects
  }

  public func state(pod: String) -> LeaderState {
    let name =
      switch role {
      case .joining: "joining"
      case .follower: "follower"
      case .candidate: "candidate"
      case .leader: "leader"
      }
    return LeaderState(leader: leader, term: term, list: list, pod: pod, role: name)
  }
}

extension LeaderEngine {
  /// The name was resolved.
  public mutating func resolve(_ addresses: [IPAddress], at now: Instant) {
    let new = Set(addresses).union([own]).sorted()
    let isFirst = resolved == [own] && new != resolved
    resolved = new
    if isLeader { published = new }
    if case .joining = role, isFirst { tell(.who) }
  }

  /// Somebody asks for a leader by name; whether that could be asked for at all.
  @discardableResult
  public mutating func order(
    _ address: IPAddress,
    isPassedOn: Bool = false,
    at now: Instant
  ) -> Bool {
    guard isMember(address) else {
      effects.append(.log(.refused(address, .notAPod)))
      return false
    }
    preferred = address
    guard address != leader else { return true }
    if isLeader {
      let given = term
      stepDown(.asked, at: now)
      send(.nominate(term: given), to: address)
    } else if let leader {
      // Once: two pods that take each other for the leader would pass it to and fro.
      if !isPassedOn { send(.set(address), to: leader) }
    } else if address == own {
      deadline = min(deadline, now + beat)
    } else {
      send(.nominate(term: term), to: address)
    }
    return true
  }

  /// Terms follow the clock: one from far ahead would leave no room for those to come.
  private static func latestTerm(at time: Timestamp) -> UInt64 {
    UInt64(max(0, time.nanoseconds / 1_000_000)) + 86_400_000
  }

  /// A pod said something.
  public mutating func receive(
    _ message: LeaderMessage,
    from sender: IPAddress,
    at now: Instant,
    time: Timestamp
  ) {
    guard sender != own, message.term <= Self.latestTerm(at: time) else { return }
    switch message {
    case .heartbeat(let new, let list, let round): heard(sender, new, list, round, now)
    case .heard(let its, let round): confirm(sender, its, round)
    case .stand(let new, let isProbe, let after): consider(sender, new, isProbe, after, now)
    case .vote(let its, let isProbe): count(sender, its, isProbe, now, time)
    case .refuse(let newer): learn(newer, now)
    case .who: send(.state(state(pod: "")), to: sender)
    case .state(let state):
      guard case .joining = role else { return }
      term = max(term, state.term)
      if leader == nil, let its = state.leader, its != own { leader = its }
    case .nominate(let given): nominated(given, now, time)
    case .set(let address): order(address, isPassedOn: true, at: now)
    case .status, .forward, .answer: break
    }
  }

  /// Time has passed.
  public mutating func tick(at now: Instant, time: Timestamp) {
    switch role {
    case .leader:
      if now >= leaseEnd(at: now) {
        stepDown(.lostMajority, at: now)
      } else if now >= nextHeartbeat {
        beatOnce(at: now)
      } else {
        deadline = leaseEnd(at: now)
      }
    case .joining where now < deadline, .follower where now < deadline,
      .candidate where now < deadline:
      break
    case .joining:
      role = .follower
      rest(at: now)
    case .follower:
      if let lost = leader {
        effects.append(.log(.leaderLost(lost, term: term)))
        leader = nil
      }
      stand(isProbe: true, after: 0, at: now, time)
    case .candidate:
      role = .follower
      rest(at: now)
    }
  }
}
