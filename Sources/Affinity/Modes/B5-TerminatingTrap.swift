internal import Wire

extension Mode {
  static let terminatingTrap = Mode(
    "B5",
    "terminating-trap",
    .loss,
    needs: [.history],
    tests: [.loss(judgeTerminating)],
    words: Words(
      symptom: """
        Clients of a pod that is shutting down get no answers until it has gone. That is its \
        grace period.
        """,
      cause: """
        The data path keeps established UDP flows on a terminating pod, as it would with TCP \
        connections that drain, but the server inside has already stopped. UDP has no close, \
        so the flows stay until the pod is removed.
        """,
      signature: """
        The pod's veth shows datagrams of the service that go unanswered while the endpoint \
        slice marks the pod as terminating; the loss lasts about as long as the grace period, \
        20 to 45 s in the reports. Once the pod has left the endpoints, it is B1.
        """,
      remedy: """
        Let the server go on serving until it is killed (handle SIGTERM, or sleep in a preStop \
        hook), or shorten terminationGracePeriodSeconds. Update the data path: Cilium and \
        Calico have changes that take UDP flows off terminating pods.
        """,
      references: [
        "cilium/cilium#48715",
        "projectcalico/calico#8423",
        "projectcalico/calico#8480",
      ]
    )
  )

  private static func judgeTerminating(_ loss: Loss, _ evidence: Evidence) -> Judgement {
    guard let place = loss.placement, loss.unanswered > 0 else {
      return .ruledOut("its datagrams reached no backend")
    }
    let placement = evidence.placements[place]
    guard evidence.inventory != nil else { return .unknown(needs: Need.history.rawValue) }
    let pod = evidence.pod(placement.backend, at: placement.from)
    guard evidence.isTerminating(placement) else { return .ruledOut("\(pod) was not terminating") }
    return .holds(
      confidence: 0.85,
      because: [
        "\(loss.unanswered) datagrams went to \(pod), unanswered, while it was terminating"
      ],
      group: placement.backend.description
    )
  }
}
