internal import Wire

extension Mode {
  static let idleExpiry = Mode(
    "A1",
    "idle-expiry",
    .explained,
    tests: [.move(judgeQuiet)],
    words: Words(
      symptom: """
        A client that was quiet for a while lands on another pod. Often the pod also sees a \
        new source port.
        """,
      cause: """
        Conntrack forgets a UDP entry 30 s after its last packet, or 120 s once the flow was \
        answered for two seconds or more (the kernel's defaults); IPVS forgets after 300 s, an \
        AWS network load balancer after 120 s, a Google external one after 60 s. The next \
        datagram is a new flow to kube-proxy's rules, which choose a backend, and to the \
        masquerade rule, which chooses a port, anew.
        """,
      signature: """
        At the ingress node's NIC there is a gap of at least the timeout in both directions, \
        and the first datagram after it goes to another pod on that node's way out or on the \
        pod's veth; the endpoints did not change. Every move of the node has such a gap and no \
        shorter gap has a move: that tells it from an emptied table, which interrupts flows \
        that were busy. Whether it is a fault cannot be told from packets: that takes the \
        timeouts in force and what the protocol expects.
        """,
      remedy: """
        Send a keepalive well within the shortest timeout on the way. Or raise the timeouts of \
        the nodes (sysctl -w net.netfilter.nf_conntrack_udp_timeout=60 \
        net.netfilter.nf_conntrack_udp_timeout_stream=300, kept in /etc/sysctl.d; ipvsadm \
        --set 0 0 600 for IPVS) and the idle timeout of the balancer. sessionAffinity: \
        ClientIP keeps the pod beyond conntrack's memory, though not the source port.
        """,
      references: [
        "Azure/AKS#2149",
        "kubernetes/kubernetes#76517",
        "kubernetes/kubernetes#120076",
        """
        Lab, timeouts lowered to 2 s and 4 s, masquerade with --random-fully, one run: after \
        5.5 s of silence 3 of 7 clients moved and all 7 got a new seen source; after 1.0 s \
        none did.
        """,
      ]
    )
  )

  private static func judgeQuiet(_ move: Move, _ evidence: Evidence) -> Judgement {
    let old = evidence.placements[move.was]
    let (timeout, source) = evidence.timeout(of: old)
    let isTold = source != .assumed
    let node = evidence.nodeName(move.oldNode)
    if move.quiet >= timeout {
      return .holds(
        confidence: isTold ? 0.95 : 0.85,
        because: [
          "\(node) saw nothing in either direction for \(move.quiet.text), longer than conntrack's "
            + "\(timeout.text)" + source.words
        ],
        group: "idle \(move.oldNode)"
      )
    }
    if !isTold, let threshold = evidence.idleThreshold(of: move) {
      // One pause that all took together, and no shorter one, tells nothing of timeouts: a flush in it looks the same. So do
      // one or two sessions, whatever moved them.
      let isAlone = threshold.stayed.nanoseconds < threshold.moved.nanoseconds / 4
      if threshold.moves < MoveFinder.burstSize || (move.burst != nil && isAlone) {
        return .unknown(needs: "the conntrack timeouts (--timeouts)")
      }
      return .holds(
        confidence: 0.6,
        because: [
          "every session that paused for \(threshold.moved.text) or longer moved and none that paused "
            + "for \(threshold.stayed.text) or less did: the timeout lies between"
        ],
        group: "idle \(move.oldNode)"
      )
    }
    return .ruledOut(
      "the longest silence before the move was \(move.quiet.text), conntrack's timeout \(timeout.text)"
    )
  }
}

extension Evidence.TimeoutSource {
  fileprivate var words: String {
    switch self {
    case .user: ""
    case .node: " (as its kernel says)"
    case .assumed: " (the kernel's default)"
    }
  }
}
