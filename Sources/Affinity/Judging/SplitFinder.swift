internal import Cluster
internal import Wire

/// Finds clients whose new flows went to another pod than their last ones, where one pod a client was promised.
struct SplitFinder {
  private(set) var splits: [ClientSplit] = []

  /// A flow start: the first placement of a session.
  private struct Start {
    var session: Int
    var placement: Int
    var at: Timestamp
  }

  private struct Key: Hashable {
    var service: ServiceKey
    var client: IPAddress
  }

  init(_ evidence: Evidence) {
    guard evidence.inventory != nil || evidence.settings.expectations != nil else { return }
    var starts: [Key: [Start]] = [:]
    for (index, session) in evidence.sessions.enumerated() {
      guard let first = session.placements.first, Self.isPromised(evidence, session: index) else {
        continue
      }
      let key = Key(service: evidence.services[index], client: session.client.address)
      starts[key, default: []].append(
        Start(session: index, placement: first, at: evidence.placements[first].from)
      )
    }
    for key in starts.keys.sorted(by: { $0.client < $1.client }) {
      var ordered = starts[key] ?? []
      ordered.sort { $0.at != $1.at ? $0.at < $1.at : $0.placement < $1.placement }
      judge(ordered, key, evidence)
    }
    splits.sort { $0.at != $1.at ? $0.at < $1.at : $0.now < $1.now }
  }

  static func isPromised(_ evidence: Evidence, session: Int) -> Bool {
    if evidence.settings.expectations?.contains(.clientIPAffinity) == true { return true }
    guard let service = evidence.settledService(of: session) else { return false }
    if case .clientIP = service.affinity { return true }
    return false
  }

  /// Compares each flow start with the client's last one at the same node and port; else with its last one anywhere.
  private mutating func judge(_ starts: [Start], _ key: Key, _ evidence: Evidence) {
    var lastHere: [LocalKey: Start] = [:]
    var lastAnywhere: Start?
    for start in starts {
      let placement = evidence.placements[start.placement]
      let here = LocalKey(
        node: Int(placement.ingressNode),
        port: evidence.sessions[start.session].front.port
      )
      if let earlier = lastHere[here] ?? lastAnywhere {
        let old = evidence.placements[earlier.placement]
        if old.backend.address != placement.backend.address {
          splits.append(
            ClientSplit(
              service: key.service,
              client: key.client,
              was: earlier.placement,
              now: start.placement,
              at: start.at,
              sinceLastStart: start.at.since(earlier.at),
              sameNode: old.ingressNode == placement.ingressNode,
              sameFront: evidence.sessions[earlier.session].front.port == here.port,
              timeout: Self.timeout(evidence, session: start.session)
            )
          )
        }
      }
      lastHere[here] = start
      lastAnywhere = start
    }
  }

  private struct LocalKey: Hashable {
    var node: Int
    var port: UInt16
  }

  private static func timeout(_ evidence: Evidence, session: Int) -> Interval? {
    guard let service = evidence.service(of: session, at: evidence.sessions[session].first),
      case .clientIP(let timeout) = service.affinity
    else { return nil }
    return timeout
  }
}
