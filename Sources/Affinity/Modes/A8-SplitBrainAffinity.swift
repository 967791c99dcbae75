internal import Wire

extension Mode {
  static let splitBrainAffinity = Mode(
    "A8",
    "split-brain-affinity",
    .violation,
    origin: .upstream,
    tests: [.move(judgeInterleaved), .split(judgeNodes)],
    words: Words(
      symptom: """
        One client is served by two pods during the same time. Each of its ways into the \
        cluster is steady.
        """,
      cause: """
        Session affinity and conntrack entries are each node's own state. A client that enters \
        through two nodes in the same period, because the balancer hashes source ports or \
        sprays over nodes, is assigned a pod by each of them independently.
        """,
      signature: """
        Datagrams of one client (one flow interleaved, or several flows of one client address) \
        come in at two nodes' NICs during one period, each node always sends them to its own \
        choice of pod. Every node by itself is sticky: that tells it from affinity that is \
        ignored (A18), which breaks at one node alone.
        """,
      remedy: """
        Let the balancer keep a client address on one node: client-IP (source address) \
        hashing, or session persistence by client IP. Or let a single node carry the front. \
        sessionAffinity: ClientIP cannot help: it is a promise of one node, not of the \
        cluster.
        """,
      references: [
        "cloudnativelabs/kube-router#159",
        """
        The thread is about TCP: one node always gives the same pod, different nodes \
        different ones.
        """,
        """
        Recorded with real kube-proxies: under policy Local and ClientIP, with a balancer \
        that hashes 5-tuples over three nodes, every flow was steady and yet each client \
        address was on three nodes and three or more pods.
        """,
      ]
    )
  )

  private static func judgeInterleaved(_ move: Move, _ evidence: Evidence) -> Judgement {
    guard move.changedIngress else {
      return .ruledOut("all its datagrams came in at \(evidence.nodeName(move.newNode))")
    }
    guard evidence.isInterleaved(move.session) else {
      return .ruledOut("it came in at one node at a time")
    }
    return .holds(
      confidence: 0.9,
      because: [
        "its datagrams came in at \(evidence.nodeName(move.oldNode)) and "
          + "\(evidence.nodeName(move.newNode)) during the same period"
      ],
      group: "interleaved"
    )
  }

  private static func judgeNodes(_ split: ClientSplit, _ evidence: Evidence) -> Judgement {
    guard !split.sameNode else {
      return .ruledOut("both flows came in at the same node")
    }
    let (old, new) = (evidence.placements[split.was], evidence.placements[split.now])
    return .holds(
      confidence: 0.95,
      because: [
        "one flow came in at \(evidence.nodeName(Int(old.ingressNode))), the other at "
          + "\(evidence.nodeName(Int(new.ingressNode))): affinity state is each node's own"
      ],
      group: "nodes"
    )
  }
}
