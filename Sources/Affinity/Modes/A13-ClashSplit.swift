internal import Wire

extension Mode {
  static let clashSplit = Mode(
    "A13",
    "clash-split",
    .violation,
    tests: [.move(judgeStart)],
    words: Words(
      symptom: """
        The first two datagrams of a new flow reach two pods. From then on all go to one of \
        them.
        """,
      cause: """
        Two datagrams of a flow that conntrack does not know yet are processed on two CPUs at \
        once. Each makes an entry of its own and has a backend chosen for it; only one entry \
        can be confirmed, and the kernel resolves the clash instead of dropping the loser, \
        which has gone to its own choice.
        """,
      signature: """
        At the ingress node's NIC two datagrams of a new 5-tuple, less than about a \
        millisecond apart, go on to two different pods, and every later one to one pod only. \
        It happens at the start of a flow and nowhere else: alternation that goes on is A14.
        """,
      remedy: """
        Let the client send one datagram and wait for the answer before it sends more. Sending \
        queries one after the other from one socket avoids it, such as single-request in \
        resolv.conf for DNS. Servers should ignore a session's lone first datagram rather than \
        reject the session.
        """,
      references: [
        "kubernetes/kubernetes#56903",
        "weaveworks/weave#3287",
        "Linux commit 6a757c07e51f resolves the clash instead of dropping.",
        """
        Lab, five runs of 3,000 flows with two pinned senders and a barrier: 29, 256, 286, \
        251 and 280 flows split, none lost a datagram; the worst case on purpose, and the \
        first run is an unexplained outlier.
        """,
      ]
    )
  )

  private static func judgeStart(_ move: Move, _ evidence: Evidence) -> Judgement {
    guard move.isRace else {
      return .ruledOut("it was not within 2 ms of the flow's first datagram")
    }
    let places = evidence.sessions[move.session].placements
    let first = evidence.placements[places.lowerBound]
    let second = evidence.placements[places.lowerBound + 1]
    return .holds(
      confidence: 0.9,
      because: [
        "the flow was new, and its first datagrams, \(second.from.since(first.from).nanoseconds / 1_000) µs apart, "
          + "took two ways"
      ],
      group: "start"
    )
  }
}
