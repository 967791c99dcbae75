import Cluster
import Wire

/// A value from its text; a test that misspells one is to fail at once.
func address(_ text: String) -> IPAddress {
  guard let address = IPAddress(text) else { preconditionFailure("\(text) is no address") }
  return address
}

func endpoint(_ text: String) -> Endpoint {
  guard let endpoint = Endpoint(text) else { preconditionFailure("\(text) is no endpoint") }
  return endpoint
}

func time(_ text: String) -> Timestamp {
  guard let time = Timestamp(text) else { preconditionFailure("\(text) is no time") }
  return time
}

func snapshot(_ text: String, takenAt: String? = nil) throws -> ClusterSnapshot {
  var snapshot = try ClusterSnapshot(reading: Array(text.utf8), named: "test.json")
  snapshot.takenAt = takenAt.map(time) ?? snapshot.takenAt
  return snapshot
}

func history(_ texts: String...) throws -> ClusterHistory {
  ClusterHistory(try texts.map { try snapshot($0) })
}

/// Names that `ClusterHistory` gives for what it found.
extension ClusterHistory {
  func podName(_ address: IPAddress, _ at: Timestamp = noon) -> String? {
    pod(at: address, time: at).map { pod($0).name.description }
  }

  func frontName(_ text: String, _ transport: Transport = .udp, _ at: Timestamp = noon) -> String? {
    front(at: endpoint(text), over: transport, time: at).map { front in
      "\(name(of: front.service)) \(servicePort(front.port).port.port) \(front.kind)"
    }
  }

  func ownerName(_ text: String, _ at: Timestamp = noon) -> String? {
    owner(of: address(text), time: at).map { owner in
      switch owner.role {
      case .pod(let id): "\(node(owner.node).name) \(pod(id).name)"
      default: "\(node(owner.node).name) \(owner.role)"
      }
    }
  }
}

let noon = time("2026-11-21T12:00:00Z")
