public import Affinity
internal import Correlation
public import Exchange
public import System
public import Wire

/// Who tells what, and how far each is: what comes twice is known, and what is missing is counted.
///
/// It reads no clock and holds no socket: connections are numbers, and moments are arguments.
public struct Intake: Sendable {
  public private(set) var nodes: [KnownNode] = []
  public private(set) var counts = CollectorCounts()
  private var places: [String: Int] = [:]
  private var changes: [ContinuousAnalyst.Change] = []
  /// How many observations wait for the next job.
  public private(set) var waiting = 0
  /// Of so many that wait the oldest half is forgotten: a flood, faster than it can be analysed.
  private let mostWaiting: Int
  /// What was forgotten so.
  public private(set) var forgotten = 0

  public init(mostWaiting: Int = 1_000_000) {
    self.mostWaiting = mostWaiting
  }

  /// The number of a node, which it keeps.
  public mutating func node(named name: String) -> Int {
    if let place = places[name] { return place }
    places[name] = nodes.count
    nodes.append(KnownNode(name: name))
    return nodes.count - 1
  }

  // MARK: Connections

  /// An agent has said hello; answers how much of its epoch is on disk.
  public mutating func open(
    _ connection: UInt64,
    _ hello: AgentHello,
    from address: Endpoint?,
    at now: Instant,
    _ time: Timestamp
  ) -> Acknowledgement {
    let place = node(named: hello.node)
    counts.connections += 1
    nodes[place].open(connection, hello, from: address, at: now, time)
    return Acknowledgement(epoch: hello.epoch, sequence: nodes[place].safe(of: hello.epoch))
  }

  /// How many records of an epoch are on disk.
  public func safe(of epoch: UInt64, _ node: Int) -> UInt64 { nodes[node].safe(of: epoch) }

  public mutating func note(_ safe: ObservationLog.Safe) {
    nodes[safe.node].noteSafe(safe.sequence, of: safe.epoch)
  }

  /// What was taken came from the disk.
  public mutating func noteAllSafe() {
    for index in nodes.indices { nodes[index].noteAllSafe() }
  }

  public mutating func close(_ connection: UInt64, of name: String, at now: Instant) {
    guard let place = places[name] else { return }
    nodes[place].close(connection, at: now)
  }

  /// The log has lost some of what a node's agent told.
  public mutating func noteDamagedLog(of name: String) {
    nodes[node(named: name)].noteDamagedLog()
  }

  public mutating func noteLogFailure() { counts.logFailures += 1 }

  public mutating func refuse(_ reason: String) {
    counts.refused[reason, default: 0] += 1
  }

  // MARK: Messages

  /// Takes a message in; false where it is known already.
  public mutating func take(
    _ message: NodeMessage,
    at now: Instant? = nil,
    _ time: Timestamp? = nil
  ) -> Bool {
    let place = node(named: message.node)
    counts.messages += 1
    nodes[place].hear(message, at: now, time)
    guard message.recordCount > 0 else { return false }
    let known = nodes[place].taken(of: message.epoch)
    guard message.place >= known else {
      counts.duplicates += message.recordCount
      nodes[place].state.duplicates += message.recordCount
      return false
    }
    // Before an epoch's first record is known nothing says that any is missing: the log may have let go of it.
    if known > 0 || message.place == 0 {
      let missing = Int(clamping: message.place - known)
      counts.missing += missing
      nodes[place].state.missing += missing
    }
    nodes[place].take(message)
    take(message.decoded, of: place)
    return true
  }

  private mutating func take(_ decoded: DecodedMessage, of place: Int) {
    let count = decoded.observations.count + decoded.ongoing.count
    guard count > 0 else { return }
    counts.observations += count
    nodes[place].state.observations += count
    waiting += count
    // An agent tells first what has ended, and then how it goes on with what came after.
    if !decoded.observations.isEmpty { changes.append(.ended(decoded.observations, of: place)) }
    if !decoded.ongoing.isEmpty { changes.append(.ongoing(decoded.ongoing, of: place)) }
    guard waiting > mostWaiting else { return }
    let half = changes.count / 2
    let lost = changes[..<half].reduce(0) { $0 + $1.count }
    changes.removeFirst(half)
    waiting -= lost
    forgotten += lost
  }

  /// What was told since the last call.
  public mutating func takeChanges() -> [ContinuousAnalyst.Change] {
    defer {
      changes = []
      waiting = 0
    }
    return changes
  }

  // MARK: Reports

  /// The nodes as an analysis wants them, by their numbers.
  public func observed(since time: Timestamp) -> [ContinuousAnalyst.Node] {
    nodes.map { $0.observed(since: time) }
  }

  /// Whether everybody who is waited for has told all that was seen before a moment.
  public func hasHeardAll(before time: Timestamp) -> Bool {
    nodes.allSatisfy { node in
      node.state.presence != .current || node.state.watermark.map { $0 >= time } ?? false
    }
  }

  /// Waits no longer for those who have not told all that was seen before a moment.
  public mutating func giveUp(onThoseBefore time: Timestamp) {
    for index in nodes.indices where nodes[index].state.presence == .current {
      let isBehind = nodes[index].state.watermark.map { $0 < time } ?? true
      if isBehind { nodes[index].state.presence = .late }
    }
  }

  /// Notices who has come back into step, and who has been away for too long.
  public mutating func look(
    at now: Instant,
    _ time: Timestamp,
    absentAfter: Interval,
    lateAfter: Interval
  ) {
    for index in nodes.indices {
      nodes[index].look(at: now, time, absentAfter: absentAfter, lateAfter: lateAfter)
    }
  }

  /// What could not be seen, for the report; by node, and nothing of what was over before a moment.
  public func blindSpots(since moment: Timestamp) -> [Report.BlindSpot] {
    nodes.sorted { $0.state.name < $1.state.name }.flatMap { $0.blindSpots(since: moment) }
  }
}

extension ContinuousAnalyst.Change {
  /// How many observations it is about.
  var count: Int {
    switch self {
    case .ended(let observations, _): observations.count
    case .ongoing(let runs, _): runs.count
    case .look(let look, _): look.count
    }
  }
}
