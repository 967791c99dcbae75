public import Affinity
public import Cluster
internal import Wire

/// What happened, while it was captured, to the endpoints of the services that a report is about.
public func clusterEvents(of history: ClusterHistory, during report: Report) -> [ClusterEvent] {
  guard let from = report.capture.from, let to = report.capture.to else { return [] }
  let services = Set(report.services.compactMap(\.name))
  var events: [ClusterEvent] = []
  for (index, port) in history.servicePorts.enumerated() where port.port.transport == .udp {
    let service = history.name(of: port.service).description
    guard services.contains(service) else { continue }
    for change in history.changes(ofEndpointsOf: ServicePortID(index: Int32(index))) {
      if let before = change.before, before < from { continue }
      if let after = change.after, after > to { continue }
      let whom = change.record.pod?.description ?? change.record.endpoint.description
      events.append(
        ClusterEvent(
          after: change.after,
          before: change.before,
          text: "\(whom) \(change.kind.words) \(service)"
        )
      )
    }
  }
  return events.sorted { ($0.before ?? to, $0.text) < ($1.before ?? to, $1.text) }
}

extension EndpointChange.Kind {
  fileprivate var words: String {
    switch self {
    case .joined: "joined the endpoints of"
    case .left: "left the endpoints of"
    case .becameReady: "became ready in"
    case .becameNotReady: "became not ready in"
    case .becameTerminating: "began to terminate in"
    }
  }
}
