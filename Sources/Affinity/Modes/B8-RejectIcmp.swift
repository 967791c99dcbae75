internal import Cluster
internal import Wire

extension Mode {
  static let rejectIcmp = Mode(
    "B8",
    "reject-icmp",
    .explained,
    needs: [.icmp, .inventory],
    tests: [.loss(judgeRejected)],
    words: Words(
      symptom: """
        Clients are refused at once: the port is unreachable. The service has no ready \
        endpoint.
        """,
      cause: """
        Kube-proxy rejects traffic for a service without endpoints with an ICMP port \
        unreachable from the node. The selector matches no pod, or none of the pods is ready.
        """,
      signature: """
        At the ingress node's NIC an ICMP port unreachable goes back to the client, from the \
        node or the front, and no datagram goes on; the service has no ready endpoint at all. \
        A refusal by the pod of a ready endpoint is B19. ICMP is rate-limited and may be \
        filtered: without it in the capture this cannot be told from loss in the network.
        """,
      remedy: """
        Run kubectl get endpointslices -l kubernetes.io/service-name=NAME and kubectl describe \
        service NAME: compare the selector with the pods' labels, and look at why pods are not \
        ready.
        """,
      references: [
        "kubernetes/kubernetes#17359",
        "kubernetes/kubernetes#74394",
      ]
    )
  )

  private static func judgeRejected(_ loss: Loss, _ evidence: Evidence) -> Judgement {
    guard loss.placement == nil || (loss.unanswered == 0 && loss.lostAtIngress > 0) else {
      return .ruledOut("its datagrams reached a backend")
    }
    guard let inventory = evidence.inventory, inventory.kinds.contains(.endpoints),
      evidence.ports[loss.session] != nil
    else { return .unknown(needs: Need.inventory.rawValue) }
    guard !evidence.isOutOfReach(loss.session) else {
      return .ruledOut("ICMP says that a host could not be reached")
    }
    let session = evidence.sessions[loss.session]
    let isTold = evidence.refusal(ofFront: loss.session) != nil
    // ICMP is rate-limited: what one client is told holds for all.
    let isRefused =
      isTold || evidence.isFrontRefused(loss.session, from: session.first, to: session.last)
    switch evidence.wasEmpty(loss.session) {
    case .no:
      // One inventory does not say that there were endpoints all the time, and somebody says that there were not.
      return isRefused && !inventory.showsMoreThanOneMoment
        ? .unknown(needs: Need.history.rawValue) : .ruledOut("the service has ready endpoints")
    case .possible, .certain: guard isRefused else { return .unknown(needs: Need.icmp.rawValue) }
    }
    return .holds(
      confidence: isTold ? 0.95 : 0.85,
      because: [
        isTold
          ? "the service has no ready endpoint, and ICMP says that its port is unreachable"
          : "the service has no ready endpoint, and ICMP tells other clients that its port is unreachable"
      ],
      group: "rejected"
    )
  }
}
