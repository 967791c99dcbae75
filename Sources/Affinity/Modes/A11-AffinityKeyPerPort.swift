internal import Wire

extension Mode {
  static let affinityKeyPerPort = Mode(
    "A11",
    "affinity-key-per-port",
    .explained,
    needs: [.inventory],
    tests: [.split(judgePort)],
    words: Words(
      symptom: """
        A client is sticky on each port of a service, but to different pods. Protocols with \
        two ports break.
        """,
      cause: """
        Kubernetes keeps ClientIP affinity for each service port and protocol, not for the \
        service: each port has its own list of clients and chooses its own pod.
        """,
      signature: """
        At the ingress node's NIC one client address always reaches one pod on one port of the \
        service and always another pod on another port. Grouping a client's flows by port \
        makes every group steady, which tells it from A18.
        """,
      remedy: """
        Kubernetes has no setting for it. Use one port for both channels, let the application \
        tell the client which pod to talk to, or expose each pod by a service of its own.
        """,
      references: [
        "kubernetes/kubernetes#103000",
        "kubernetes/kubernetes#104659",
        "projectcalico/calico#6281",
      ]
    )
  )

  private static func judgePort(_ split: ClientSplit, _ evidence: Evidence) -> Judgement {
    guard !split.sameFront else { return .ruledOut("both flows went to the same service port") }
    return .holds(
      confidence: 0.95,
      because: [
        "the flows went to different ports of the service, and affinity is kept for each port"
      ],
      group: "ports"
    )
  }
}
