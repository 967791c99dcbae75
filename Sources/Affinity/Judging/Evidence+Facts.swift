internal import Correlation
internal import Wire

extension Evidence {
  /// Who says how long an entry is kept.
  enum TimeoutSource: Sendable {
    case user
    case node
    /// Nobody: it is what kernels do by themselves.
    case assumed
  }

  /// The conntrack timeout that applied to a placement's entry.
  func timeout(of placement: PlacementRecord) -> (interval: Interval, source: TimeoutSource) {
    let node = Int(placement.ingressNode)
    let told = readings.facts(of: node, at: placement.to)
    let isFree = facts.udpTimeout == nil && facts.streamTimeout == nil
    if isFree, let mode = facts.proxyMode ?? told?.proxyMode {
      // IPVS keeps UDP for five minutes, answered or not.
      if mode == .ipvs { return (.seconds(300), .assumed) }
    }
    // An entry becomes a stream once it was answered for two seconds.
    let isStream = placement.lastReply.map { $0.since(placement.from) >= .seconds(2) } ?? false
    if let timeout = isStream ? facts.streamTimeout : facts.udpTimeout { return (timeout, .user) }
    // An eBPF proxy has tables of its own.
    if (facts.proxyMode ?? told?.proxyMode) != .ebpf, let timeouts = told?.timeouts {
      return (isStream ? timeouts.stream : timeouts.unanswered, .node)
    }
    let usual =
      isStream ? AnalysisFacts.defaultStreamTimeout : AnalysisFacts.defaultUDPTimeout
    return (usual, .assumed)
  }

  /// What forwards the services of a node, as the user says, or the node itself.
  func proxyMode(of node: Int, at time: Timestamp) -> ProxyMode? {
    facts.proxyMode ?? readings.facts(of: node, at: time)?.proxyMode
  }

  /// How many datagrams of sessions that were never placed were lost where they came in, at the node of a loss, between
  /// the first and the last of the readings.
  func lostMeanwhile(_ loss: Loss, _ stretch: FactStretch) -> UInt64 {
    guard let first = stretch.readings.first?.time, let last = stretch.readings.last?.time else {
      return 0
    }
    return losses.reduce(0) { sum, other in
      let session = sessions[other.session]
      let isMeant =
        other.node == loss.node && other.placement == nil && session.last >= first
        && session.first <= last
      return isMeant ? sum + UInt64(other.lostAtIngress) : sum
    }
  }

  /// What the kernel said of itself while a session was lost at a node.
  func stretch(of loss: Loss) -> FactStretch? {
    let session = sessions[loss.session]
    return readings.stretch(of: loss.node, from: session.first, to: session.last)
  }
}
