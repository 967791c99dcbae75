extension Mode {
  static let perPacketSpray = Mode(
    "A14",
    "per-packet-spray",
    .violation,
    tests: [.move(judgeAlternation)],
    words: Words(
      symptom: """
        Every datagram of a client may reach another pod. Sessions never get established.
        """,
      cause: """
        The data path chooses a backend for each datagram and keeps no flow: IPVS one-packet \
        scheduling, NOTRACK rules that take the traffic away from conntrack, or an Envoy \
        listener that balances UDP by the packet.
        """,
      signature: """
        At the ingress node's NIC one 5-tuple goes to several pods in alternation, packet by \
        packet, for its whole life; over N pods the sequence is about as mixed as it can be. A \
        single change is something else, and one within the first two milliseconds is A13.
        """,
      remedy: """
        Turn it off for this service: no ops flag on the IPVS service (ipvsadm -Ln shows it), \
        no NOTRACK rule in the raw table (iptables -t raw -S, nft list ruleset) for its ports, \
        no use_per_packet_load_balancing in Envoy's UDP proxy.
        """,
      references: [
        "cloudnativelabs/kube-router#825",
        "kubernetes/kubernetes#110814",
        "kubernetes/kubernetes#111197",
        "envoyproxy/envoy#18605",
      ]
    )
  )

  private static func judgeAlternation(_ move: Move, _ evidence: Evidence) -> Judgement {
    guard move.isSprayed else {
      return .ruledOut("the session does not alternate between backends")
    }
    let session = evidence.sessions[move.session]
    return .holds(
      confidence: 0.9,
      because: [
        "\(session.placements.count - 1) changes in \(session.datagrams) datagrams, there and back again"
      ],
      group: "spray"
    )
  }
}
