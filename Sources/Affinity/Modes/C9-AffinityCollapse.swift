internal import Cluster
internal import Wire

extension Mode {
  static let affinityCollapse = Mode(
    "C9",
    "affinity-collapse",
    .violation,
    needs: [.inventory],
    tests: [.survey(survey)],
    words: Words(
      symptom: """
        One pod gets all the traffic while the others are idle. The service has ClientIP \
        affinity.
        """,
      cause: """
        Affinity goes by client address, and all clients have the same one, because a balancer \
        or NAT before the node stands for them. All of them are then one client, which belongs \
        to one pod.
        """,
      signature: """
        At the ingress node's NIC nearly all sessions of the service have one source address, \
        and all of them go to one pod although several are ready. Without affinity the same \
        crowd (C8) spreads over the pods.
        """,
      remedy: """
        Do not combine sessionAffinity: ClientIP with something that hides the clients. \
        Preserve their addresses (C8), or turn affinity off (kubectl patch service NAME -p \
        '{"spec":{"sessionAffinity":"None"}}') and rely on flows, which keep their pod while \
        they are busy.
        """,
      references: [
        "kubernetes/kubernetes#43958",
        "The thread tells the symptom; that source translation causes it is inferred.",
      ]
    )
  )

  private static func survey(_ evidence: Evidence) -> [Symptom] {
    evidence.crowds.compactMap { crowd -> Symptom? in
      guard SplitFinder.isPromised(evidence, session: crowd.first),
        let port = evidence.ports[crowd.first], let inventory = evidence.inventory
      else { return nil }
      let endpoints = inventory.endpoints(of: port, at: evidence.sessions[crowd.first].first)
      let pods = evidence.pods(of: crowd)
      guard endpoints.filter(\.isReady).count > 1, pods.count == 1, let pod = pods.first else {
        return nil
      }
      return Symptom(
        session: crowd.first,
        client: crowd.address.description,
        service: crowd.service,
        node: crowd.node,
        at: evidence.sessions[crowd.first].first,
        confidence: 0.85,
        because: [
          "affinity is by client address and all \(crowd.sessions) sessions of \(crowd.address) have that one: \(pod) gets them all"
        ],
        group: "collapse"
      )
    }
  }
}
