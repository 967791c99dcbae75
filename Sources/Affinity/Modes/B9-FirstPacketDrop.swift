extension Mode {
  static let firstPacketDrop = Mode(
    "B9",
    "first-packet-drop",
    .loss,
    tests: [.loss(judgeFirst)],
    words: Words(
      symptom: """
        The first datagram of every new client is lost. The second one gets through.
        """,
      cause: """
        With ClientIP affinity, OVN learns a client's backend from its first packet and drops \
        that packet while it does so. Protocols that repeat their first message only lose \
        time; others fail.
        """,
      signature: """
        At the ingress node's NIC the first datagram of several new flows has no twin on a \
        pod's veth, and all later ones do. A clash (A13) loses nothing but splits the first \
        two; a full table (B14) loses the whole flow.
        """,
      remedy: """
        Let the client repeat its first datagram after a short time. With OVN-Kubernetes, \
        timeoutSeconds 86000 (as the reference says) stands for affinity without a timeout, \
        which does not learn and so does not drop.
        """,
      references: [
        "ovn-kubernetes/ovn-kubernetes#4066"
      ]
    )
  )

  private static func judgeFirst(_ loss: Loss, _ evidence: Evidence) -> Judgement {
    let session = evidence.sessions[loss.session]
    guard session.placements.count > 0, session.lostAtIngress >= 1, session.lostAtIngress <= 2,
      evidence.lostItsStart(session.flow)
    else { return .ruledOut("it was not its first datagram alone that was lost") }
    let alike = evidence.leadingLossCount(of: loss.session)
    guard alike >= 3 else {
      return .ruledOut("first datagrams of other flows were not lost")
    }
    return .holds(
      confidence: 0.85,
      because: ["the first datagram of \(alike) new flows had no twin, and all later ones had"],
      group: "first"
    )
  }
}
