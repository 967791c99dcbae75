internal import Cluster
internal import Wire

extension Mode {
  static let staleEndpoint = Mode(
    "B1",
    "stale-endpoint",
    .loss,
    needs: [.history],
    tests: [.loss(judgeStale)],
    words: Words(
      symptom: """
        Some clients get no answers after a pod went, and never recover. A new source port \
        works at once.
        """,
      cause: """
        The conntrack entry of the flow still translates to a pod that is gone. Each datagram \
        refreshes the entry, so a client that sends more often than the timeout keeps it alive \
        for ever. Kube-proxy should have deleted it and did not: it missed the event, it lost \
        a race, or the service was scaled to zero, which the clean-up of 1.32 and later \
        skipped.
        """,
      signature: """
        On the ingress node's way out the datagrams are addressed to an IP that is in no \
        current endpoint slice of the service; no answers come, at most an ICMP unreachable \
        from the node that owned the address, translated back as if it came from the front. \
        Where that is the ingress node itself, nothing leaves it at all: nobody tells it the \
        pod's station. Flows with other source ports are fine. If the pod is still terminating \
        it is B5, if another pod has its address now it is B3.
        """,
      remedy: """
        Delete the stale entries on the ingress node: conntrack -D -p udp --orig-dst FRONT (or \
        --reply-src OLDPOD for one pod; conntrack -L -p udp shows them). Update kube-proxy. \
        Have clients take a new source port when answers stop, and keep a service that has \
        senders above zero endpoints.
        """,
      references: [
        "kubernetes/kubernetes#19029",
        "kubernetes/kubernetes#42473",
        "kubernetes/kubernetes#59033",
        "kubernetes/kubernetes#59368",
        "kubernetes/kubernetes#65228",
        "kubernetes/kubernetes#66651",
        "kubernetes/kubernetes#106274",
        "kubernetes/kubernetes#125467",
        "kubernetes/kubernetes#125979",
        "kubernetes/kubernetes#126130",
        "kubernetes/kubernetes#139628",
        "kubernetes/kubernetes#139629",
        "kubernetes/kubernetes#141371",
        "cilium/cilium#13123",
        "cilium/cilium#12859",
        "cilium/cilium#27300",
        "projectcalico/calico#4124",
        "projectcalico/calico#9967",
        "cloudnativelabs/kube-router#157",
        "containernetworking/plugins#123",
        "ovn-kubernetes/ovn-kubernetes#1074",
        "ovn-kubernetes/ovn-kubernetes#5526",
        "antrea-io/antrea#5112",
        "antrea-io/antrea#6379",
        """
        Lab: later datagrams still go to the dead pod, and its node's ICMP unreachable comes \
        back translated, as if from the front.
        """,
      ]
    )
  )

  private static func judgeStale(_ loss: Loss, _ evidence: Evidence) -> Judgement {
    guard let place = loss.placement else { return .ruledOut("its datagrams reached no backend") }
    let placement = evidence.placements[place]
    // A node on which the pod was still translates, and then finds no station to send to: no twin is ever seen.
    let isStuck =
      loss.lostAtIngress > 0 && placement.backendNode == placement.ingressNode
      && !evidence.lostItsStart(evidence.sessions[loss.session].flow)
      && (evidence.isOutOfReach(loss.session) || !isForsaken(loss, evidence))
    guard loss.unanswered > 0 || isStuck else {
      return .ruledOut("its datagrams reached no backend")
    }
    let datagrams = max(loss.unanswered, isStuck ? loss.lostAtIngress : 0)
    let pod = evidence.pod(placement.backend, at: placement.from)
    guard
      let departure = evidence.departure(
        of: placement.backend,
        from: loss.session,
        since: evidence.lastReached(place),
        // What comes while proxies still learn of it is no stale entry.
        by: (isStuck ? placement.to : evidence.lastReached(place)) - .seconds(1)
      )
    else {
      return evidence.isNeverEndpoint(placement)
        ? .holds(
          confidence: 0.8,
          because: ["\(placement.backend) is in no endpoint slice of the service"],
          group: placement.backend.description
        )
        : .unknown(needs: Need.inventory.rawValue)
    }
    guard departure.certainty != .no else {
      if evidence.isNeverEndpoint(placement) {
        return .holds(
          confidence: 0.8,
          because: [
            "\(datagrams) datagrams went to \(placement.backend), which is in no endpoint slice of the service"
          ],
          group: placement.backend.description
        )
      }
      return .ruledOut("\(pod) is an endpoint of the service")
    }
    guard !evidence.isTerminating(placement) else { return .ruledOut("\(pod) was terminating") }
    return .holds(
      confidence: departure.certainty == .certain ? 0.95 : 0.8,
      because: [
        "\(datagrams) datagrams went on to \(pod), unanswered, which had left the endpoints \(departure.bounds)"
      ],
      group: placement.backend.description
    )
  }

  /// Whether no endpoint was left where the datagrams came in: the node then drops or refuses what it has no entry for.
  private static func isForsaken(_ loss: Loss, _ evidence: Evidence) -> Bool {
    if evidence.wasEmpty(loss.session) != .no { return true }
    let isLocal =
      evidence.service(of: loss.session, at: loss.at)?.externalTrafficPolicy == .local
      && evidence.isExternal(loss.session)
    return isLocal && evidence.wasEmpty(loss.session, at: evidence.nodeName(loss.node)) != .no
  }
}
