extension Mode {
  static let probeFlap = Mode(
    "A7",
    "probe-flap",
    .violation,
    origin: .upstream,
    tests: [.move(judgeReturn)],
    words: Words(
      symptom: """
        Clients move to another node and pod, and shortly afterwards back again. It repeats \
        whenever a health probe fails.
        """,
      cause: """
        The load balancer's health probe of a node fails now and then: a tight threshold, a \
        slow node, nothing that answers healthCheckNodePort. It then sends the node's UDP \
        flows elsewhere and takes them back when the probe succeeds; some balancers never keep \
        UDP flows on a target that is unhealthy.
        """,
      signature: """
        The same client addresses come in at one node's NIC, then at another's, then at the \
        first again, and the pod follows. If the capture holds the probe (TCP to \
        healthCheckNodePort), it fails in between. The way back is what tells it from A5; \
        traffic at both nodes at the same time is A8.
        """,
      remedy: """
        Read the health history of the node in the balancer. Raise the probe's threshold and \
        timeout, ask curl http://NODE:HEALTHCHECKNODEPORT/healthz on the node that lost the \
        traffic, and see that firewalls let the balancer's probe addresses in.
        """,
      references: [
        "MicrosoftDocs/azure-docs#46366",
        "kubernetes/kubernetes#73362",
        "kubernetes/kubernetes#50977",
        "projectcalico/calico#8112",
        """
        Azure's documentation says that UDP flows may move; Google's says that UDP never \
        persists on an unhealthy backend. The Kubernetes threads are about TCP.
        """,
      ]
    )
  )

  private static func judgeReturn(_ move: Move, _ evidence: Evidence) -> Judgement {
    guard move.changedIngress else {
      return .ruledOut("the ingress node stayed \(evidence.nodeName(move.newNode))")
    }
    guard evidence.returns(move) else { return .ruledOut("it did not move back") }
    let nodes = [move.oldNode, move.newNode].sorted().map(evidence.nodeName)
    return .holds(
      confidence: 0.85,
      because: [
        "its datagrams moved between \(nodes.joined(separator: " and ")) and back"
      ],
      group: "return \(nodes)"
    )
  }
}
