internal import Cluster
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
    let backend = evidence.placements[move.was].backend
    let since = evidence.lastReached(move.was)
    guard move.changedBackend else { return judgeReturn(of: backend, move, since, evidence) }
    // Those who left other pods at the same instant, which stayed, were moved by something else; so was this one.
    let companions = move.burst.flatMap { evidence.index.burstBackends[$0] } ?? []
    let isAmongOthers = companions.contains { companion in
      companion != backend && stayed(companion, move, evidence)
    }
    return judge(
      backend,
      of: move.session,
      since: since,
      by: move.at,
      isAmongOthers: isAmongOthers,
      evidence
    )
  }

  /// A pod that left the endpoints and came back: its clients' entries went with it.
  private static func judgeReturn(
    of backend: Endpoint,
    _ move: Move,
    _ since: Timestamp,
    _ evidence: Evidence
  ) -> Judgement {
    let departure = evidence.departure(of: backend, from: move.session, since: since, by: move.at)
    guard let departure, departure.certainty == .certain,
      evidence.wasSamePod(backend, of: move.session, from: since, to: move.at)
    else {
      return isOpen(move.session, since, move.at, evidence)
        ? .unknown(needs: Need.history.rawValue) : .ruledOut("the backend stayed the same")
    }
    let pod = evidence.pod(backend, at: move.at)
    return .holds(
      confidence: 0.95,
      because: [
        "\(pod) had left the service's endpoints \(departure.bounds), and was one again when the client came back to it"
      ],
      group: backend.description
    )
  }

  /// Whether a pod that flows moved away from was there afterwards: as the inventories say, or else its answers.
  private static func stayed(_ backend: Endpoint, _ move: Move, _ evidence: Evidence) -> Bool {
    guard evidence.inventory?.showsMoreThanOneMoment == true else {
      return evidence.served(backend, after: move.at + Evidence.spread)
    }
    return evidence.departure(
      of: backend,
      from: move.session,
      since: move.lastOld,
      by: move.at
    )?.certainty == .no
  }

  /// Whether somebody says that the service had no endpoints, and one inventory does not know when.
  private static func isOpen(
    _ session: Int,
    _ since: Timestamp,
    _ time: Timestamp,
    _ evidence: Evidence
  ) -> Bool {
    evidence.inventory?.showsMoreThanOneMoment != true
      && evidence.isFrontRefused(session, from: since, to: time)
  }

  private static func judgeSplit(_ split: ClientSplit, _ evidence: Evidence) -> Judgement {
    let old = evidence.placements[split.was]
    return judge(
      old.backend,
      of: Int(old.session),
      since: evidence.lastReached(split.was),
      by: split.at,
      isAmongOthers: false,
      evidence
    )
  }

  /// How much later than a move the old pod may answer what was under way.
  private static let transit = Interval.milliseconds(20)

  private static func judge(
    _ backend: Endpoint,
    of session: Int,
    since: Timestamp,
    by time: Timestamp,
    isAmongOthers: Bool,
    _ evidence: Evidence
  ) -> Judgement {
    let pod = evidence.pod(backend, at: time)
    guard let departure = evidence.departure(of: backend, from: session, since: since, by: time)
    else {
      return .unknown(needs: Need.inventory.rawValue)
    }
    let wentOn = evidence.served(backend, after: time + (isAmongOthers ? transit : Evidence.spread))
    switch departure.certainty {
    case .certain:
      return .holds(
        confidence: 0.97,
        because: ["\(pod) had left the service's endpoints \(departure.bounds)"],
        group: backend.description
      )
    case .possible:
      if wentOn { return .ruledOut("\(pod) went on answering") }
      return .holds(
        confidence: evidence.served(backend, after: time) ? 0.75 : 0.85,
        because: [
          "\(pod) left the service's endpoints \(departure.bounds) and soon answered nobody"
        ],
        group: backend.description
      )
    case .no where evidence.inventory?.showsMoreThanOneMoment == true:
      return .ruledOut("\(pod) was an endpoint before and after")
    case .no:
      // One inventory shows no change; a pod that still answers shows that there was none.
      if wentOn { return .ruledOut("\(pod) went on answering") }
      if isOpen(session, since, time, evidence) {
        return .unknown(needs: Need.history.rawValue)
      }
      if isAmongOthers { return .ruledOut("flows of pods that went on answering moved with it") }
      return .unknown(needs: Need.history.rawValue)
    }
  }
}
