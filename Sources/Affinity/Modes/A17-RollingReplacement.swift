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
        to other pods. Nothing answers from the old pod's veth any more, but while it ends what \
        it was still sent. It takes inventories from before and after to see that it left; \
        where they leave open whether that was before the move, a pod that went on answering \
        was not gone (A4).
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
    let backend = evidence.placements[move.was].backend
    // Those who left other pods at the same instant, which stayed, were moved by something else; so was this one.
    let companions = move.burst.flatMap { evidence.index.burstBackends[$0] } ?? []
    let isAmongOthers = companions.contains { companion in
      companion != backend
        && evidence.departure(of: companion, from: move.session, by: move.at)?.certainty == .no
    }
    return judge(backend, of: move.session, by: move.at, isAmongOthers: isAmongOthers, evidence)
  }

  private static func judgeSplit(_ split: ClientSplit, _ evidence: Evidence) -> Judgement {
    let old = evidence.placements[split.was]
    return judge(
      old.backend,
      of: Int(old.session),
      by: split.at,
      isAmongOthers: false,
      evidence
    )
  }

  /// How much later than the first node the last one learns that a pod left; what it still sends, the pod answers.
  private static let spread = Interval.seconds(5)

  private static func judge(
    _ backend: Endpoint,
    of session: Int,
    by time: Timestamp,
    isAmongOthers: Bool,
    _ evidence: Evidence
  ) -> Judgement {
    let pod = evidence.pod(backend, at: time)
    guard let departure = evidence.departure(of: backend, from: session, by: time) else {
      return .unknown(needs: Need.inventory.rawValue)
    }
    switch departure.certainty {
    case .no: return .ruledOut("\(pod) was an endpoint before and after")
    case .possible:
      // What was under way at the move may be answered a little after it, whoever moved it.
      let patience = isAmongOthers ? Interval.milliseconds(20) : spread
      if evidence.served(backend, after: time + patience) {
        return .ruledOut("\(pod) went on answering")
      }
      return .holds(
        confidence: evidence.served(backend, after: time) ? 0.75 : 0.85,
        because: [
          "\(pod) left the service's endpoints \(departure.bounds) and soon answered nobody"
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
