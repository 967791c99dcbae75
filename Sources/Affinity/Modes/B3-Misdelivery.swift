internal import Cluster
internal import Wire

extension Mode {
  static let misdelivery = Mode(
    "B3",
    "misdelivery",
    .security,
    needs: [.history],
    tests: [.loss(judgeForeign), .survey(findServed)],
    words: Words(
      symptom: """
        Datagrams of clients reach a workload that they were not meant for. It may even accept \
        them.
        """,
      cause: """
        A stale conntrack entry still translates to the address of a pod that is gone, and the \
        address was given to a pod of another workload. Network policy and the service's \
        selector no longer have a say: the entry decides.
        """,
      signature: """
        The veth of a pod that is no endpoint of the service shows the service's datagrams, \
        addressed to that pod. It may answer with ICMP port unreachable or, worse, accept \
        them. A stale entry whose address nobody holds is B1.
        """,
      remedy: """
        Delete the entries at once, on every node: conntrack -D -p udp --orig-dst FRONT. Treat \
        it as a leak: look at what the wrong workload received. Update kube-proxy, and \
        authenticate peers inside the protocol.
        """,
      references: [
        "kubernetes/kubernetes#141371",
        "The thread speaks of misdelivery and leakage.",
      ]
    )
  )

  private static func judgeForeign(_ loss: Loss, _ evidence: Evidence) -> Judgement {
    guard let place = loss.placement else { return .ruledOut("its datagrams reached no backend") }
    let placement = evidence.placements[place]
    guard let inventory = evidence.inventory, let port = evidence.ports[loss.session] else {
      return .unknown(needs: Need.history.rawValue)
    }
    guard let holder = inventory.pod(at: placement.backend.address, time: placement.to) else {
      return .ruledOut("no pod has the address")
    }
    let name = inventory.pod(holder).name
    switch inventory.membership(of: placement.backend, in: port, time: placement.to) {
    case .current(let record), .uncertain(let record), .later(let record):
      if record.pod == nil || record.pod == name {
        return .ruledOut("\(name) is an endpoint of the service")
      }
    case .former(let record):
      if record.pod == name { return .ruledOut("\(name) was an endpoint of the service") }
    case .never where !inventory.showsMoreThanOneMoment:
      return .unknown(needs: Need.history.rawValue)
    case .never:
      break
    }
    return .holds(
      confidence: 0.9,
      because: ["\(placement.backend) belongs to \(name), which is no endpoint of the service"],
      group: placement.backend.description
    )
  }

  /// Sessions that a workload served which is no endpoint of the service: one finding a pod and service.
  private static func findServed(_ evidence: Evidence) -> [Symptom] {
    guard let inventory = evidence.inventory, inventory.showsMoreThanOneMoment else { return [] }
    return evidence.strangers.map { stranger in
      let placement = evidence.placements[stranger.placement]
      return Symptom(
        session: Int(placement.session),
        service: evidence.services[Int(placement.session)],
        node: Int(placement.backendNode),
        at: placement.from,
        now: stranger.placement,
        confidence: 0.8,
        because: [
          "\(counted(stranger.sessions, "session was", plural: "sessions were")) served at \(placement.backend) by "
            + "\(stranger.pod), which was never an endpoint of the service"
        ],
        group: placement.backend.description,
        evidence: [
          (
            evidence.stitched.ledger.runs[Int(placement.firstRun)].firstWitness,
            "first datagram to \(stranger.pod)"
          )
        ]
      )
    }
  }
}
