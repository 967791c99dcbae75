internal import Affinity
internal import HTTPService
internal import Metrics
internal import Reporting
internal import Wire

extension CollectorAPI {
  /// What Prometheus reads: counters since the process began, and gauges of the window's report.
  func metrics() -> HTTPAnswer {
    let state = state()
    var page = Exposition()
    page.add(state)
    page.add(state.counts)
    page.add(state.nodes)
    page.add(tally())
    if let report = state.latest?.report { page.add(report, of: .window) }
    page.end()
    return HTTPAnswer(type: Exposition.type, body: Array(page.text.utf8))
  }
}

extension Exposition {
  fileprivate mutating func add(_ state: CollectorState) {
    metric(
      "collector_start_timestamp_seconds",
      "When the collector's process began.",
      nanoseconds: state.started.nanoseconds
    )
    metric(
      "report_timestamp_seconds",
      "When the latest report was made.",
      nanoseconds: state.latest?.madeAt.nanoseconds
    )
    metric(
      "report_effort_seconds",
      "How long the latest analysis took.",
      nanoseconds: state.latest?.effort.nanoseconds
    )
    guard let inventory = state.inventory else { return }
    metric(
      "inventory_is_current",
      .gauge,
      "1 while the cluster's inventory is followed as it changes.",
      inventory.isCurrent ? 1 : 0
    )
    metric(
      "inventory_timestamp_seconds",
      "When all of the inventory was last known to be so.",
      nanoseconds: inventory.confirmedAt?.nanoseconds
    )
  }

  fileprivate mutating func add(_ counts: CollectorCounts) {
    let counters: [(String, String, Int)] = [
      ("reports_total", "Reports made.", counts.reports),
      ("agent_connections_total", "Connections of agents that were let in.", counts.connections),
      ("messages_total", "Messages of agents.", counts.messages),
      ("observations_total", "Observations taken in.", counts.observations),
      ("duplicates_total", "Records that came once more, and were left out.", counts.duplicates),
      ("missing_total", "Records that agents counted and that never came.", counts.missing),
      ("foreign_total", "Records of other kinds than ours.", counts.foreign),
      ("malformed_records_total", "Records that contradict themselves.", counts.malformed),
      ("forgotten_total", "Observations forgotten before their time.", counts.forgotten),
      ("log_failures_total", "Times that the log could not be written to.", counts.logFailures),
      (
        "store_failures_total", "Times that the history could not be written to.",
        counts.storeFailures
      ),
    ]
    for (name, help, value) in counters { metric("collector_\(name)", .counter, help, value) }
    metric(
      "collector_refused_total",
      .counter,
      "Connections that were turned away, by reason.",
      counts.refused.sorted { $0.key < $1.key }.map { (["reason": $0.key], "\($0.value)") }
    )
    metric("collector_observations", .gauge, "Observations in the window.", counts.windowed)
    metric("collector_log_bytes", .gauge, "Size of the log.", counts.logBytes)
  }

  fileprivate mutating func add(_ nodes: [NodeState]) {
    let presences: [NodeState.Presence] = [.current, .late, .away, .absent]
    metric(
      "nodes",
      .gauge,
      "Nodes by how their agents are there.",
      presences.map { presence in
        (["presence": presence.rawValue], "\(nodes.count { $0.presence == presence })")
      }
    )
    metric(
      "node_is_current",
      .gauge,
      "1 while a node's agent is connected and keeps up.",
      nodes.map { (["node": $0.name], $0.presence == .current ? "1" : "0") }
    )
    metric(
      "node_watermark_timestamp_seconds",
      .gauge,
      "Up to when all that a node saw has been told.",
      nodes.compactMap { node in
        node.watermark.map { (["node": node.name], "\(Double($0.nanoseconds) / 1e9)") }
      }
    )
    let counters: [(String, String, (NodeState) -> UInt64?)] = [
      ("connections", "Connections of a node's agent.", { UInt64($0.connections) }),
      ("observations", "Observations of a node.", { UInt64($0.observations) }),
      ("duplicates", "Records that came once more, by node.", { UInt64($0.duplicates) }),
      ("missing", "Records that never came, by node.", { UInt64($0.missing) }),
      ("frames", "Frames that a node's capture saw.", { $0.frames }),
      ("capture_dropped", "Frames that a node's capture lost.", { $0.dropped }),
    ]
    for (name, help, value) in counters {
      metric(
        "node_\(name)_total",
        .counter,
        help,
        nodes.compactMap { node in value(node).map { (["node": node.name], "\($0)") } }
      )
    }
  }
}

extension Exposition {
  /// What the server itself has done.
  mutating func add(_ tally: HTTPTally) {
    metric(
      "http_answers_total",
      .counter,
      "Answers by status.",
      tally.answers.sorted { $0.key < $1.key }.map { (["status": "\($0.key)"], "\($0.value)") }
    )
    metric("http_connections", .gauge, "Open connections.", tally.connections)
    metric(
      "http_late_connections_total",
      .counter,
      "Connections closed because the client took too long.",
      tally.lateConnections
    )
    metric("http_listeners", .gauge, "Clients that are told what happens.", tally.listeners)
    metric(
      "http_slow_listeners_total",
      .counter,
      "Clients that did not keep up with what happens, and were let go.",
      tally.slowListeners
    )
  }
}
