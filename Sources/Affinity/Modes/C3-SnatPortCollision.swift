internal import Wire

extension Mode {
  static let snatPortCollision = Mode(
    "C3",
    "snat-port-collision",
    .source,
    tests: [.move(judgeCollision), .survey(survey)],
    words: Words(
      symptom: """
        The pod sees a client under a port that is not the client's. Another client already \
        had that port.
        """,
      cause: """
        Source translation keeps the client's port while it is free. Behind one node address \
        two clients with the same source port cannot both keep it, so the second one gets \
        another.
        """,
      signature: """
        On the pod's veth one client's port is its own, and the second client with the same \
        port, behind the same address, has a different one. Where every port is changed, \
        masquerading is random by design; a port that changes in mid-life without a rival is \
        C4.
        """,
      remedy: """
        Do not build on the client's port being kept. If the pod must see it, use \
        externalTrafficPolicy: Local, which translates no source.
        """,
      references: [
        "eclipse-californium/californium#1353",
        "projectcalico/calico#4093",
        "projectcalico/calico#2075",
        "projectcalico/felix#2983",
        "Lab: the second client with port 40001 was seen as 23365.",
      ]
    )
  )

  private static func judgeCollision(_ move: Move, _ evidence: Evidence) -> Judgement {
    guard !move.changedBackend else { return .ruledOut("the backend changed too") }
    guard let other = evidence.portRival(of: move.now) else {
      return .ruledOut("no other client holds the port")
    }
    return .holds(
      confidence: 0.8,
      because: ["\(other) was seen with the port that this client had"],
      group: "collision"
    )
  }

  /// A seen port that differs from the client's, where the NAT keeps ports and another client already has this one.
  private static func survey(_ evidence: Evidence) -> [Symptom] {
    guard !evidence.holders.isEmpty else { return [] }
    var symptoms: [Symptom] = []
    for (index, session) in evidence.sessions.enumerated() {
      guard let place = session.placements.first,
        let rival = evidence.portRival(of: place)
      else { continue }
      let placement = evidence.placements[place]
      symptoms.append(
        Symptom(
          session: index,
          service: evidence.services[index],
          node: Int(placement.ingressNode),
          at: placement.from,
          changed: ["seen_source"],
          now: place,
          confidence: 0.85,
          because: [
            "the pod sees port \(placement.seenSource.port) for the client's \(session.client.port), "
              + "which \(rival) already holds behind the same address"
          ],
          group: "collision"
        )
      )
    }
    return symptoms
  }
}
