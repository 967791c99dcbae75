internal import Affinity
internal import Correlation
internal import Exchange
internal import System
internal import Wire

/// What is known of a node: what its agent counted, and how far it is.
public struct KnownNode: Sendable {
  public internal(set) var state: NodeState

  /// What one process of the agent counted, and how much of it was taken.
  private struct Epoch: Sendable {
    var taken: UInt64 = 0
    /// How much of it is on disk.
    var safe: UInt64 = 0
    var tally: NodeTally?
    var losses: [String: InterfaceLoss] = [:]
  }

  private var epochs: [UInt64: Epoch] = [:]
  private var runs = AgentRuns()
  /// Whether the log has lost some of what was told.
  private var isLogDamaged = false
  private var connections: Set<UInt64> = []
  private var awaySince: Instant?
  private var absentSince: Timestamp?
  /// From the first to the last moment that was told of, for as long as the agent has not counted.
  private var moments: ClosedRange<Timestamp>?

  /// An agent that began anew so often has counted enough.
  private static let mostEpochs = 64

  init(name: String) {
    state = NodeState(name: name)
  }

  /// How many records of an epoch were taken.
  func taken(of epoch: UInt64) -> UInt64 { epochs[epoch]?.taken ?? 0 }

  /// How many of them are on disk.
  func safe(of epoch: UInt64) -> UInt64 { epochs[epoch]?.safe ?? 0 }

  mutating func noteSafe(_ sequence: UInt64, of epoch: UInt64) {
    guard let known = epochs[epoch]?.safe else { return }
    epochs[epoch]?.safe = max(known, sequence)
  }

  /// All that was taken is on disk.
  mutating func noteAllSafe() {
    for epoch in epochs.keys { noteSafe(taken(of: epoch), of: epoch) }
  }

  // MARK: Connections

  mutating func open(
    _ connection: UInt64,
    _ hello: AgentHello,
    from address: Endpoint?,
    at now: Instant,
    _ time: Timestamp
  ) {
    connections.insert(connection)
    state.connections += 1
    state.address = address
    state.epoch = hello.epoch
    state.evidenceRingBytes = hello.ringBytes
    state.lastHeard = time
    // Until it has caught up it is not waited for: what it has kept since may be much.
    state.presence = .late
    awaySince = nil
    absentSince = nil
  }

  mutating func close(_ connection: UInt64, at now: Instant) {
    guard connections.remove(connection) != nil, connections.isEmpty else { return }
    state.address = nil
    state.presence = .away
    awaySince = now
  }

  mutating func look(
    at now: Instant,
    _ time: Timestamp,
    absentAfter: Interval,
    lateAfter: Interval
  ) {
    switch state.presence {
    case .away:
      // One that is known from the log alone is away since the collector began.
      if awaySince == nil { awaySince = now }
      guard let awaySince, now.since(awaySince) > absentAfter else { return }
      state.presence = .absent
      absentSince = state.watermark ?? state.lastHeard ?? time
    case .late:
      if let watermark = state.watermark, time.since(watermark) < lateAfter {
        state.presence = .current
      }
    case .current, .absent: break
    }
  }

  // MARK: Messages

  mutating func hear(_ message: NodeMessage, at now: Instant?, _ time: Timestamp?) {
    if let time { state.lastHeard = time }
    for watermark in message.decoded.watermarks {
      state.watermark = max(state.watermark ?? watermark.time, watermark.time)
    }
    runs.note(message.epoch, upTo: message.decoded.watermarks.lazy.map(\.time))
  }

  mutating func noteDamagedLog() { isLogDamaged = true }

  mutating func take(_ message: NodeMessage) {
    var epoch = epochs[message.epoch] ?? Epoch()
    epoch.taken = message.end
    if let tally = message.decoded.tallies.last { epoch.tally = tally }
    for loss in message.decoded.losses { epoch.losses[loss.name] = loss }
    epochs[message.epoch] = epoch
    if epochs.count > Self.mostEpochs, let oldest = epochs.keys.min() { epochs[oldest] = nil }
    if message.epoch >= state.epoch {
      state.epoch = message.epoch
      state.sequence = message.end
    }
    let tally = tally
    state.frames = tally?.frames.frames ?? 0
    state.dropped = tally?.dropped
    guard tally == nil else { return }
    for observation in message.decoded.observations { extend(observation.moments) }
    for run in message.decoded.ongoing { extend(Observation.run(run).moments) }
  }

  private mutating func extend(_ more: ClosedRange<Timestamp>) {
    let known = moments ?? more
    moments =
      min(known.lowerBound, more.lowerBound)...max(known.upperBound, more.upperBound)
  }

  /// What all its processes counted.
  private var tally: NodeTally? {
    let tallies = epochs.sorted { $0.key < $1.key }.compactMap(\.value.tally)
    guard var total = tallies.first else { return nil }
    for tally in tallies.dropFirst() { total += tally }
    return total
  }

  private var losses: [InterfaceLoss] {
    var total: [String: InterfaceLoss] = [:]
    for epoch in epochs.values {
      for (name, loss) in epoch.losses {
        total[name, default: InterfaceLoss(name: name)].add(loss)
      }
    }
    return Array(total.values)
  }

  // MARK: Reports

  /// The node as an analysis wants it.
  func observed(since time: Timestamp) -> ContinuousAnalyst.Node {
    var coverage = Report.NodeCoverage(name: state.name, files: [])
    var matching = MatchCounts()
    var orphans = 0
    let told = tally
    if let tally = told {
      coverage.packets = Int(tally.frames.frames)
      coverage.sightings = tally.matching.sightings
      coverage.malformed = Int(tally.frames.malformed)
      coverage.truncated = Int(tally.frames.truncated)
      coverage.dropped = tally.dropped.map { Int($0) }
      (matching, orphans) = (tally.matching, tally.orphans)
    }
    let moments = told?.moments ?? moments
    // What was forgotten is as if it had not been captured.
    coverage.from = moments.map { max($0.lowerBound, min(time, $0.upperBound)) }
    coverage.to = moments?.upperBound
    let observed = ObservedNode(coverage, matching: matching, orphans: orphans)
    return ContinuousAnalyst.Node(observed, losses: losses)
  }

  /// What could not be seen at it; nothing of what was over before a moment.
  func blindSpots(since moment: Timestamp) -> [Report.BlindSpot] {
    var spots: [Report.BlindSpot] = []
    if let restarts = restarts(since: moment) { spots.append(restarts) }
    if state.presence == .absent {
      let since = absentSince.map { " since \($0)" } ?? ""
      spots.append(
        Report.BlindSpot(
          "absent-agent",
          at: state.name,
          "its agent has not been connected\(since): what it has seen since then is not in this report"
        )
      )
    } else if state.presence == .late, !connections.isEmpty {
      let upTo = state.watermark.map { "what it saw after \($0)" } ?? "what it saw"
      spots.append(
        Report.BlindSpot(
          "late-agent",
          at: state.name,
          "its agent is behind, or its clock is: \(upTo) may not be in this report yet"
        )
      )
    }
    if state.missing > 0 {
      let damage = isLogDamaged ? ", or they were in the log's damaged part" : ""
      spots.append(
        Report.BlindSpot(
          "lost-observations",
          at: state.name,
          "\(state.missing) records of what it observed are missing: its agent had no room for them while it could not "
            + "send\(damage)"
        )
      )
    }
    return spots
  }

  /// The times between two of the agent's processes.
  private func restarts(since moment: Timestamp) -> Report.BlindSpot? {
    let gaps = runs.gaps(since: moment)
    guard let first = gaps.first, let last = gaps.last else { return nil }
    let times = gaps.count > 1 ? " \(gaps.count) times" : ""
    let what = gaps.count > 1 ? "some of what" : "what"
    return Report.BlindSpot(
      "restarted-agent",
      at: state.name,
      "its agent ended and began anew\(times): \(what) passed from \(first.lowerBound) to \(last.upperBound) was not "
        + "captured, or was lost with it"
    )
  }
}
