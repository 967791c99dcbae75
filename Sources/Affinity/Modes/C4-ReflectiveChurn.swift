extension Mode {
  static let reflectiveChurn = Mode(
    "C4",
    "reflective-churn",
    .violation,
    tests: [.move(judgeChurn)],
    words: Words(
      symptom: """
        The pod suddenly sees a client under another address or port. The client and the pod \
        are the same.
        """,
      cause: """
        The translation of a live flow was made anew and got another source: an entry that \
        expired between two datagrams, a NAT map that evicts, or a proxy that opens a new \
        socket for each exchange. Protocols that know a peer by its address take it for a new \
        one.
        """,
      signature: """
        The client's addresses at the ingress node's NIC stay the same and so does the pod, \
        but the source on the pod's veth changes in mid-life. With a gap of the timeout it is \
        A1, together with others of the node A2, with a rival for the port C3.
        """,
      remedy: """
        Look for what renews the translation: a keepalive that is longer than \
        nf_conntrack_udp_timeout, evictions of a NAT map (B10), a UDP proxy in between that \
        limits requests per session. externalTrafficPolicy: Local takes the translation away.
        """,
      references: [
        "cilium/cilium#37747",
        "cilium/cilium#36572",
        "nginx/kubernetes-ingress#2616",
        """
        Lab, timeouts lowered to 2 s and 4 s with --random-fully: all 7 of 7 clients changed \
        their seen port after a pause.
        """,
      ]
    )
  )

  private static func judgeChurn(_ move: Move, _ evidence: Evidence) -> Judgement {
    guard !move.changedBackend else { return .ruledOut("the backend changed too") }
    let (old, new) = (evidence.placements[move.was], evidence.placements[move.now])
    return .holds(
      confidence: min(old.confidence, new.confidence),
      because: ["the pod stayed the same and saw \(old.seenSource), then \(new.seenSource)"],
      group: "churn"
    )
  }
}
