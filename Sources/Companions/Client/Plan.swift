public import Wire

/// The experiments that tell the causes of a moving client apart, and what their outcomes suggest.
public enum PlanExperiment: String, CaseIterable, Hashable, Sendable {
  case steady
  case newPorts = "new ports"
  case identical = "identical payloads"
  case large = "large datagrams"
  case burst = "burst at the start"
  case idleUnreplied = "idle, new flow, before its timeout"
  case idleUnrepliedOver = "idle, new flow, after its timeout"
  case idleStream = "idle, stream, before its timeout"
  case idleStreamOver = "idle, stream, after its timeout"

  /// The four that wait run together, as clients of one run.
  public static let idle: [Self] = [
    .idleUnreplied, .idleUnrepliedOver, .idleStream, .idleStreamOver,
  ]

  /// What became of the promise in an experiment.
  public enum Outcome: String, Hashable, Sendable {
    case held, moved, spread, lost, unknown
  }

  /// One line of the table.
  public struct Row: Hashable, Sendable {
    public var experiment: PlanExperiment
    public var clients: Int
    public var sent: UInt64
    public var answered: UInt64
    public var pods: [String]
    public var outcome: Outcome
    /// Modes of the catalogue, or what else is learned.
    public var suggests: String
    /// Whether a promise was broken.
    public var isBroken: Bool
  }

  /// When each client of an idle experiment asks.
  public func schedule(unreplied: Interval, stream: Interval, margin: Interval) -> [Interval] {
    // Connection tracking calls a flow a stream when it was answered for two seconds.
    let talk: [Interval] = (0...6).map { .milliseconds(500 * $0) }
    let talked = Interval.milliseconds(3_000)
    return switch self {
    case .idleUnreplied: [.seconds(0), unreplied - margin]
    case .idleUnrepliedOver: [.seconds(0), unreplied + margin]
    case .idleStream: talk + [talked + stream - margin]
    case .idleStreamOver: talk + [talked + stream + margin]
    default: []
    }
  }

  /// Judges an experiment by what its clients saw.
  ///
  /// `podsSeen` is how many pods answered in all the experiments: where it is one, nothing could have moved.
  /// `isAnswering` says whether anything was answered in any of them: else nothing is known of large datagrams.
  /// `promisesClientIP` says whether the service promises one pod to an address, whatever its port.
  public func judge(
    _ records: [ClientRecord],
    podsSeen: Int,
    isAnswering: Bool = true,
    promisesClientIP: Bool
  ) -> Row {
    var pods: [String] = []
    for record in records {
      for pod in record.pods where !pods.contains(pod.name) { pods.append(pod.name) }
    }
    let sent = records.reduce(0) { $0 + $1.sent }
    let answered = records.reduce(0) { $0 + $1.answered }
    let moved = records.count { $0.podChanges > 0 }
    let churned = records.count { $0.podChanges == 0 && $0.reflectiveChanges > 0 }
    var row = Row(
      experiment: self,
      clients: records.count,
      sent: sent,
      answered: answered,
      pods: pods.sorted(),
      outcome: .held,
      suggests: "",
      isBroken: false
    )
    if answered == 0 {
      row.outcome = .lost
      (row.suggests, row.isBroken) = lossSuggestion(isAnswering)
    } else if self == .newPorts {
      judgeNewPorts(&row, promisesClientIP)
    } else if moved > 0 {
      row.outcome = .moved
      (row.suggests, row.isBroken) = moveSuggestion(records, moved)
    } else if churned > 0 {
      row.outcome = .moved
      row.suggests = isExpectedToMove ? "A1 idle-expiry: a new translation" : "C4 reflective-churn"
      row.isBroken = !isExpectedToMove
    } else if pods.isEmpty {
      row.outcome = .unknown
      row.suggests = "answers name no pod"
    } else if podsSeen < 2 {
      row.suggests = "only one pod was ever seen"
    } else if isExpectedToMove {
      row.suggests = "the flow outlives its timeout, or affinity holds"
    }
    if answered > 0, answered < sent, row.suggests.isEmpty {
      row.suggests = "\(sent - answered) lost"
    }
    return row
  }

  /// Whether the flow's entry is gone by then, and a new choice of pod explained.
  private var isExpectedToMove: Bool { self == .idleUnrepliedOver || self == .idleStreamOver }

  private func lossSuggestion(_ isAnswering: Bool) -> (String, Bool) {
    self == .large && isAnswering
      ? ("B13 fragment-loss, B17 mtu-gso-drop", true)
      : ("no answer: B7 local-no-endpoint, B8 reject-icmp, or nothing listens", false)
  }

  private func judgeNewPorts(_ row: inout Row, _ promisesClientIP: Bool) {
    if row.pods.isEmpty {
      row.outcome = .unknown
      row.suggests = "answers name no pod"
    } else if row.pods.count == 1 {
      row.suggests = "one pod for all ports: ClientIP affinity, or there is but one"
    } else {
      row.outcome = .spread
      row.isBroken = promisesClientIP
      row.suggests =
        promisesClientIP
        ? "A18 affinity-ignored, A8 split-brain-affinity, A10 recent-list-overflow"
        : "each port is placed anew: no ClientIP affinity"
    }
  }

  private func moveSuggestion(_ records: [ClientRecord], _ moved: Int) -> (String, Bool) {
    let changes = records.reduce(0) { $0 + $1.podChanges }
    let answers = records.reduce(0) { $0 + Int($1.answered) }
    switch self {
    case .idleUnrepliedOver, .idleStreamOver: return ("A1 idle-expiry", false)
    case .idleUnreplied, .idleStream:
      return ("A1 idle-expiry, with a shorter timeout than thought", true)
    case .burst: return ("A13 clash-split: \(moved) of \(records.count) flows", true)
    // Chance alone puts every second datagram elsewhere where two pods take turns.
    case _ where changes * 4 >= answers: return ("A14 per-packet-spray", true)
    default: return ("A2 proxy-restart-flush, A5 ingress-node-switch: look at the time", true)
    }
  }
}
