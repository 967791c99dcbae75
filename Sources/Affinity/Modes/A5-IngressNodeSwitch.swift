extension Mode {
  static let ingressNodeSwitch = Mode(
    "A5",
    "ingress-node-switch",
    .violation,
    origin: .upstream,
    tests: [.move(judgeIngress)],
    words: Words(
      symptom: """
        Clients change pods because their traffic now comes in at another node. What balances \
        in front of the cluster sent it there.
        """,
      cause: """
        The load balancer, or the routers' equal-cost paths, chose another node for the flow: \
        a rehash after a node was added, drained or lost, a changed configuration, a BGP \
        session that came or went. The new node has no conntrack entry for the flow, so it \
        chooses a backend of its own, and with externalTrafficPolicy Cluster it puts its own \
        address in place of the client's.
        """,
      signature: """
        The client's addresses stop at one node's NIC and go on at another's, and the pod \
        changes together with it; with policy Cluster the pod sees the new node's address. \
        Datagrams that come in at both nodes during one period are A8, a return to the first \
        node is A7, an announcement of the address by another node is A6.
        """,
      remedy: """
        Look at the balancer at that time: targets, health checks, hashing, BGP sessions, \
        nodes that were drained or scaled. Use a balancer that keeps flows in progress \
        (consistent hashing, connection tracking); take nodes out slowly; with MetalLB in BGP \
        mode use routers with resilient hashing.
        """,
      references: [
        "metallb/metallb#3",
        "metallb/metallb#1907",
        "metallb/metallb#561",
        "metallb/metallb#2368",
        "kubernetes/kubernetes#111539",
        "kubernetes/enhancements#3458",
        "Most of these threads are about TCP.",
      ]
    )
  )

  private static func judgeIngress(_ move: Move, _ evidence: Evidence) -> Judgement {
    guard move.changedIngress else {
      return .ruledOut("the ingress node stayed \(evidence.nodeName(move.newNode))")
    }
    let path = "\(evidence.nodeName(move.oldNode)) to \(evidence.nodeName(move.newNode))"
    return .holds(
      confidence: 0.95,
      because: ["its datagrams came in at another node: from \(path)"],
      group: path
    )
  }
}
