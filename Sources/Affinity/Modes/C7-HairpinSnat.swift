internal import Wire

extension Mode {
  static let hairpinSnat = Mode(
    "C7",
    "hairpin-snat",
    .explained,
    tests: [.survey(survey)],
    words: Words(
      symptom: """
        A pod that reaches itself through its service sees another source. This is by design.
        """,
      cause: """
        When the balancer chooses the very pod that asked, its own address as source would \
        make it answer itself without passing the node, and the answer could not be translated \
        back. The node therefore puts its own or a gateway's address in place.
        """,
      signature: """
        On the pod's veth the datagram leaves with the pod's address and comes back with the \
        node's or the gateway's, for the same pod. Only this pair of equal client and server \
        is by design: between two pods a cluster address should keep the source (C2).
        """,
      remedy: """
        Nothing needs repair. A pod that must know its own requests should mark them in the \
        payload.
        """,
      references: [
        "kubernetes/kubernetes#98069"
      ]
    )
  )

  private static func survey(_ evidence: Evidence) -> [Symptom] {
    var symptoms: [Symptom] = []
    for (index, session) in evidence.sessions.enumerated() {
      for place in session.placements {
        let placement = evidence.placements[place]
        guard placement.backend.address == session.client.address,
          placement.seenSource.address != session.client.address
        else { continue }
        symptoms.append(
          Symptom(
            session: index,
            service: evidence.services[index],
            node: Int(placement.ingressNode),
            at: placement.from,
            now: place,
            confidence: 0.98,
            because: ["the client pod reached itself through the service"],
            group: "hairpin"
          )
        )
        break
      }
    }
    return symptoms
  }
}
