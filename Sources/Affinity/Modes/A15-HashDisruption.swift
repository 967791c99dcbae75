internal import Cluster
internal import Wire

extension Mode {
  static let hashDisruption = Mode(
    "A15",
    "hash-disruption",
    .violation,
    needs: [.history],
    tests: [.move(judgeDisruption)],
    words: Words(
      symptom: """
        Scaling a service moves clients of pods that stayed. Only some of them are affected.
        """,
      cause: """
        A balancer without state for flows in progress hashes them onto the backends. When a \
        backend comes or goes, the hash gives some flows of the surviving backends a new one: \
        with Maglev about one in N or less, with a plain modulo nearly all, (N-1) of N.
        """,
      signature: """
        After another endpoint of the service changed, flows at the ingress node's NIC go to \
        other pods although their own pod stayed in the endpoint slice. The share of surviving \
        flows that moved names the algorithm, and a balancer that keeps state moves none. \
        Flows whose own pod left are A17. Without knowing the balancer it cannot be told from \
        affinity that is ignored (A18).
        """,
      remedy: """
        Use a consistent hash (Maglev) with a larger table, or a balancer that keeps flows in \
        progress; change the endpoints one at a time and at quiet hours.
        """,
      references: [
        "metallb/metallb#3",
        "cilium/cilium#13138",
        "The MetalLB thread is about TCP.",
      ]
    )
  )

  private static func judgeDisruption(_ move: Move, _ evidence: Evidence) -> Judgement {
    guard move.changedBackend else { return .ruledOut("the backend stayed the same") }
    guard evidence.inventory != nil, let port = evidence.ports[move.session] else {
      return .unknown(needs: Need.history.rawValue)
    }
    let backend = evidence.placements[move.was].backend
    let changes = evidence.endpointChanges(
      of: port,
      from: move.lastOld - .seconds(2),
      to: move.at,
      besides: backend
    )
    guard !changes.isEmpty else { return .ruledOut("the service's endpoints did not change") }
    // A hash that chooses anew touches no source; an emptied NAT table gives out new ones.
    if move.changedSource { return .ruledOut("what the pod sees of the client changed with it") }
    if let burst = move.burst,
      evidence.index.burstsWithKeptBackends.contains(burst)
    {
      return .ruledOut("flows that kept their backend got a new seen source at the same instant")
    }
    // A change that only the capture bounds may have been at any other time.
    guard changes.contains(where: { $0.after != nil && $0.before != nil }) else {
      return move.burst == nil
        ? .ruledOut("the endpoints changed at a time that is not known")
        : .unknown(needs: Need.history.rawValue)
    }
    let share = evidence.movedShare(at: move)
    let percent = Int((share * 100).rounded())
    return .holds(
      confidence: 0.8,
      because: [
        "other endpoints of the service changed then, and \(percent) % of the sessions on backends "
          + "that stayed moved"
      ],
      group: "endpoints"
    )
  }
}
