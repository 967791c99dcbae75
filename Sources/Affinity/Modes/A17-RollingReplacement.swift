internal import Wire

extension Mode {
  static let rollingReplacement = Mode(
    "A17",
    "rolling-replacement",
    .explained,
    needs: [.history],
    tests: [.move(judgeMove), .split(judgeSplit)],
    words: Words(
      symptom: """
        Clients move to another pod because theirs was replaced. This is what a rollout does.
        """,
      cause: """
        The old pod was deleted or left the service's endpoints: a rollout, an eviction, a \
        scale-down, a lost node. Kube-proxy removes its entries, and the next datagram of each \
        of its clients is balanced over the pods that are left.
        """,
      signature: """
        The old pod leaves the endpoint slice, and after that the ingress node sends its flows \
        to other pods; nothing answers from the old pod's veth any more. A pod that went on \
        answering was not gone (A4). It takes inventories from before and after to see that it \
        left.
        """,
      remedy: """
        Nothing needs repair. If clients must not notice, have the application hand sessions \
        over before it ends (preStop hook, terminationGracePeriodSeconds), keep session state \
        outside the pod, and roll pods slowly.
        """,
      references: [
        """
        Recorded with a real kube-proxy: captures/iptables-hostgw-delete-pod in Stickler's \
        sources.
        """
      ]
    )
  )

  private static func judgeMove(_ move: Move, _ evidence: Evidence) -> Judgement {
    guard move.changedBackend else { return .ruledOut("the backend stayed the same") }
    return judge(
      evidence.placements[move.was].backend,
      of: move.session,
      by: move.at,
      evidence
    )
  }

  private static func judgeSplit(_ split: ClientSplit, _ evidence: Evidence) -> Judgement {
    let old = evidence.placements[split.was]
    return judge(old.backend, of: Int(old.session), by: split.at, evidence)
  }

  private static func judge(
    _ backend: Endpoint,
    of session: Int,
    by time: Timestamp,
    _ evidence: Evidence
  ) -> Judgement {
    let pod = evidence.pod(backend, at: time)
    if evidence.served(backend, after: time) {
      return .ruledOut("\(pod) went on answering")
    }
    guard let departure = evidence.departure(of: backend, from: session, by: time) else {
      return .unknown(needs: Need.inventory.rawValue)
    }
    switch departure.certainty {
    case .no: return .ruledOut("\(pod) was an endpoint before and after")
    case .possible:
      return .holds(
        confidence: 0.85,
        because: [
          "\(pod) left the service's endpoints \(departure.bounds) and answered nobody after the move"
        ],
        group: backend.description
      )
    case .certain:
      return .holds(
        confidence: 0.97,
        because: ["\(pod) had left the service's endpoints \(departure.bounds)"],
        group: backend.description
      )
    }
  }
}
