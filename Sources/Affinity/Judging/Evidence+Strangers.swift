internal import Cluster
internal import Wire

/// A workload that served a service's sessions without being an endpoint of it.
struct Stranger: Sendable {
  var pod: String
  /// The first of the sessions' placements there.
  var placement: Int
  var sessions: Int
}

extension Evidence {
  /// Pods that answer for a service which the inventory never lists at it, in order of their first placements.
  ///
  /// Misdelivery looks so, and so does an inventory of another time.
  var strangers: [Stranger] {
    guard let inventory, inventory.kinds.isSuperset(of: [.endpoints, .pods]) else { return [] }
    struct Key: Hashable {
      var backend: Endpoint
      var service: ServiceKey
    }
    var strangers: [Key: Stranger] = [:]
    for (index, session) in sessions.enumerated() {
      guard let port = ports[index],
        inventory.front(at: session.front, over: .udp, time: session.first) != nil
      else { continue }
      for place in session.placements {
        let placement = placements[place]
        // Mostly it is an endpoint, and nothing has to be looked up.
        guard placement.replies > 0, isNeverEndpoint(placement) else { continue }
        let key = Key(backend: placement.backend, service: services[index])
        if strangers[key] != nil {
          strangers[key]?.sessions += 1
        } else if let pod = inventory.pod(at: placement.backend.address, time: placement.from),
          !inventory.isServed(inventory.servicePort(port).service, by: placement.backend.address)
        {
          let name = inventory.pod(pod).name.description
          strangers[key] = Stranger(pod: name, placement: place, sessions: 1)
        }
      }
    }
    return strangers.values.sorted {
      (placements[$0.placement].from, $0.placement) < (placements[$1.placement].from, $1.placement)
    }
  }
}
