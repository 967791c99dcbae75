internal import Wire

extension Mode {
  static let affinityTimeout = Mode(
    "A9",
    "affinity-timeout",
    .explained,
    needs: [.inventory],
    tests: [.split(judgeTimeout)],
    words: Words(
      symptom: """
        A returning client gets another pod after a pause. The pause was longer than the \
        service's affinity timeout.
        """,
      cause: """
        The affinity timeout, sessionAffinityConfig.clientIP.timeoutSeconds (three hours by \
        default), has run out. It counts from the client's last new flow at that node, not \
        from its last datagram, because the list of clients is refreshed only when a flow \
        starts. Releases with a unit error let it lapse early.
        """,
      signature: """
        At the ingress node's NIC a new flow of a known client address starts at least \
        timeoutSeconds after its last flow start at that node and port, and goes to another \
        pod. A break that comes earlier is not this one: with more than 100 client addresses \
        an endpoint it is A10. Whether it is a fault depends on the intent.
        """,
      remedy: """
        Raise spec.sessionAffinityConfig.clientIP.timeoutSeconds (at most 86400) beyond the \
        clients' longest pause, or have clients start a flow within it. Where it lapses early, \
        update the data path: the references name the unit errors.
        """,
      references: [
        "kubernetes/kubernetes#35677",
        "kubernetes/kubernetes#28981",
        "projectcalico/felix#2537",
        "projectcalico/calico#13399",
        "kubernetes/website#37911",
        "35677 is about TCP: 180 s instead of 180 minutes.",
      ]
    )
  )

  private static func judgeTimeout(_ split: ClientSplit, _ evidence: Evidence) -> Judgement {
    guard let timeout = split.timeout else {
      return .ruledOut("no affinity timeout is configured")
    }
    guard split.sinceLastStart >= timeout else {
      return .ruledOut(
        "the client's last flow start there was \(split.sinceLastStart.text) before, its timeout is \(timeout.text)"
      )
    }
    return .holds(
      confidence: 0.95,
      because: [
        "the client's last flow start there was \(split.sinceLastStart.text) before, longer than the affinity timeout of \(timeout.text)"
      ],
      group: "timeout"
    )
  }
}
