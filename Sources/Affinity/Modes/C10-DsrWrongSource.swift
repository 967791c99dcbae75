internal import Wire

extension Mode {
  static let dsrWrongSource = Mode(
    "C10",
    "dsr-wrong-source",
    .loss,
    needs: [.replies],
    tests: [.survey(survey)],
    words: Words(
      symptom: """
        Answers reach the client from a pod's address and are discarded. Direct server return \
        is on.
        """,
      cause: """
        With direct return the backend's node answers the client itself and must know the \
        front's address, which the ingress node tells it in an IP option or an IPIP header. If \
        it is missing, because only the first packet carries it and the backend changed, or \
        something on the way strips it, the answer keeps the pod's address.
        """,
      signature: """
        At the backend node's NIC, which is not the ingress node, answers leave straight for \
        the client with the pod's address instead of the front's; the forward packets that \
        arrive there lack the option or the outer header. Wrong sources that leave elsewhere \
        are C5.
        """,
      remedy: """
        See that the network passes IP options or IPIP between nodes, that every packet and \
        not only the first carries the front's address, and update the data path; or turn \
        direct return off (loadBalancer.mode=snat with Cilium) until it works.
        """,
      references: [
        "cilium/cilium#32091",
        "cilium/cilium#43730",
        "cilium/cilium#17747",
        "cilium/cilium#33609",
        "cilium/cilium#28149",
        "cilium/cilium#29039",
        "cloudnativelabs/kube-router#1870",
        "32091 is about TCP, 43730 about IPIP with XDP, 29039 about UDP.",
      ]
    )
  )

  private static func survey(_ evidence: Evidence) -> [Symptom] {
    evidence.strayAnswers.filter(\.leavesBackendNode).map { stray in
      evidence.symptom(
        of: stray,
        confidence: 0.85,
        because:
          "the backend's node sends answers straight to the client, from \(stray.source) instead of the front",
        group: "direct return"
      )
    }
  }
}
