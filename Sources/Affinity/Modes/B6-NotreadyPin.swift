internal import Wire

extension Mode {
  static let notreadyPin = Mode(
    "B6",
    "notready-pin",
    .loss,
    needs: [.inventory],
    tests: [.loss(judgeNotReady)],
    words: Words(
      symptom: """
        A client stays with a pod that is not ready and gets no answers. Others are served \
        elsewhere.
        """,
      cause: """
        ClientIP affinity binds the client to an endpoint that is no longer ready, and the \
        client's own traffic refreshes the binding, so that it never lapses while the client \
        keeps trying.
        """,
      signature: """
        The pod's veth shows the client's datagrams unanswered while the endpoint slice has \
        the pod as not ready but not as terminating, and it goes on beyond the affinity \
        timeout. A ready pod that refuses is B19, a terminating one B5.
        """,
      remedy: """
        Repair the pod or delete it (kubectl delete pod). Free the client with conntrack -D -p \
        udp --orig-src CLIENT, or let it pause longer than timeoutSeconds. Update kube-proxy: \
        affinity to an endpoint that is not ready should lapse.
        """,
      references: [
        "kubernetes/kubernetes#110302",
        "kubernetes/kubernetes#106030",
        "kubernetes/kubernetes#114018",
      ]
    )
  )

  private static func judgeNotReady(_ loss: Loss, _ evidence: Evidence) -> Judgement {
    guard let place = loss.placement, loss.unanswered > 0 else {
      return .ruledOut("its datagrams reached no backend")
    }
    let placement = evidence.placements[place]
    guard evidence.inventory != nil else { return .unknown(needs: Need.inventory.rawValue) }
    let pod = evidence.pod(placement.backend, at: placement.from)
    guard evidence.isNotReady(placement) else { return .ruledOut("\(pod) was ready") }
    return .holds(
      confidence: 0.85,
      because: ["\(loss.unanswered) datagrams went to \(pod), unanswered, while it was not ready"],
      group: placement.backend.description
    )
  }
}
