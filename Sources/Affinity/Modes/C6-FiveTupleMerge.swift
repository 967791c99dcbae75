internal import Wire

extension Mode {
  static let fiveTupleMerge = Mode(
    "C6",
    "five-tuple-merge",
    .loss,
    tests: [.survey(survey)],
    words: Words(
      symptom: """
        Two clients get mixed up: one of them receives the other's answers or none.
        """,
      cause: """
        After translation two flows have the same source and destination at one pod: two nodes \
        forward the same source to it and both keep its port, or a translation does not see \
        that the tuple is taken. The pod cannot tell them from each other, and its answers go \
        one way only.
        """,
      signature: """
        On one pod's veth datagrams of two client flows, which are distinct at the ingress \
        nodes' NICs, have the same 5-tuple during the same time. A port that was changed to \
        avoid just that is C3.
        """,
      remedy: """
        Update the data path: it must choose another source port when the translated tuple is \
        taken. Until then let a single node carry the front, or use a policy that keeps \
        clients' addresses.
        """,
      references: [
        "projectcalico/felix#2983",
        "eclipse-californium/californium#1353",
      ]
    )
  )

  private static func survey(_ evidence: Evidence) -> [Symptom] {
    var symptoms: [Symptom] = []
    for (_, places) in evidence.sharedTerminals {
      for place in places.dropFirst() {
        let placement = evidence.placements[place]
        let rival = evidence.sessions[Int(evidence.placements[places[0]].session)].client
        symptoms.append(
          Symptom(
            session: Int(placement.session),
            service: evidence.services[Int(placement.session)],
            node: Int(placement.backendNode),
            at: placement.from,
            now: place,
            confidence: 0.85,
            because: [
              "\(evidence.pod(placement.backend, at: placement.from)) sees \(placement.seenSource) for this client and for \(rival) at the same time"
            ],
            group: "merged"
          )
        )
      }
    }
    return symptoms
  }
}
