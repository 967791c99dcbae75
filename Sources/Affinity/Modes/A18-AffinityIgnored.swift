internal import Cluster
internal import Wire

extension Mode {
  static let affinityIgnored = Mode(
    "A18",
    "affinity-ignored",
    .violation,
    needs: [.inventory],
    tests: [.move(judgeMove), .split(judgeSplit)],
    words: Words(
      symptom: """
        ClientIP affinity is configured, but new flows of a client reach any pod. No other \
        cause explains it.
        """,
      cause: """
        The data path or the balancer does not implement session affinity for this traffic: \
        not at all, not for UDP, not together with externalTrafficPolicy Local, or it hashes \
        source ports too.
        """,
      signature: """
        At one ingress node's NIC new source ports of one client address spread over the pods \
        about evenly, on one service port and within the timeout. It is what remains when the \
        endpoints, silence, a burst, several nodes (A8), several ports (A11) and more than 100 \
        clients an endpoint (A10) are ruled out. Without knowing the balancer it cannot be \
        told from A15.
        """,
      remedy: """
        See that the service really has it: kubectl get service NAME -o \
        jsonpath={.spec.sessionAffinity}. Then look up in the data path's documentation and in \
        the references whether it implements ClientIP for UDP with this traffic policy, and \
        update it or let the balancer hash by client address.
        """,
      references: [
        "kubernetes/kubernetes#55429",
        "kubernetes/kubernetes#52626",
        "kubernetes/kubernetes#13299",
        "ovn-kubernetes/ovn-kubernetes#819",
        "cilium/cilium#26709",
        "kubernetes/kubernetes#94416",
        "52626 is about TCP; 94416 is about the AWS network load balancer.",
      ]
    )
  )

  private static func judgeMove(_ move: Move, _ evidence: Evidence) -> Judgement {
    guard move.changedBackend else { return .ruledOut("the backend stayed the same") }
    guard evidence.inventory?.kinds.contains(.endpoints) == true,
      evidence.ports[move.session] != nil
    else { return .unknown(needs: Need.inventory.rawValue) }
    let (old, new) = (evidence.placements[move.was], evidence.placements[move.now])
    guard evidence.inventory?.showsMoreThanOneMoment == true || !evidence.isNeverEndpoint(new)
    else {
      return .unknown(needs: Need.history.rawValue)
    }
    return .holds(
      confidence: min(old.confidence, new.confidence) * 0.8,
      because: ["nothing that is known explains it: backends unchanged, no silence, no burst"],
      group: "ignored"
    )
  }

  private static func judgeSplit(_ split: ClientSplit, _ evidence: Evidence) -> Judgement {
    .holds(
      confidence: 0.8,
      because: [
        "a new flow \(split.sinceLastStart.text) after the client's last one there went to another pod"
      ],
      group: "ignored"
    )
  }
}
