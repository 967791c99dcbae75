import Cluster
import Wire
import Workbench

extension Recording {
  var nodeFiles: [NodeFile] { captures.map { NodeFile(node: $0.node, bytes: $0.bytes) } }

  var history: ClusterHistory {
    get throws {
      try ClusterHistory(
        reading: inventories.map { InventoryFile(name: $0.name, time: $0.time, bytes: $0.bytes) }
      )
    }
  }
}

extension GroundTruth {
  /// What the model knows, as far as any vantage could show it.
  init(_ recording: Recording) {
    let visible = recording.truth.datagrams.filter(\.isVisible)
    clients = Set(visible.map(\.client.description))
    var last: [String: Served] = [:]
    for datagram in visible.sorted(by: { ($0.received ?? $0.sent) < ($1.received ?? $1.sent) }) {
      guard let placement = datagram.placement else { continue }
      let pod = placement.backend.address
      pods[pod] = pod.description
      note(
        Served(
          client: placement.client.description,
          pod: pod.description,
          seenSource: placement.seenSource.description
        ),
        last: &last
      )
    }
  }
}
