internal import Cluster
internal import Wire

extension Mode {
  static let reconcilerOverreach = Mode(
    "A3",
    "reconciler-overreach",
    .violation,
    needs: [.history],
    tests: [.move(judgeForeignChange)],
    words: Words(
      symptom: """
        Flows of one service change pods when another service is deployed. Their own endpoints \
        did not change.
        """,
      cause: """
        Kube-proxy deletes the conntrack entries that a change of endpoints made stale. The \
        reconciler of 1.32 ignored the service port when it matched entries, and earlier \
        versions matched by destination port alone, so the clean-up also took entries of \
        services that share an address or a port with the one that changed.
        """,
      signature: """
        At one ingress node's NIC several flows change their pod or seen source within one \
        instant, as with an emptied table, and at that moment the endpoint slices of another \
        service changed while theirs did not. Only an inventory with times tells it from A2.
        """,
      remedy: """
        Update kube-proxy on all nodes to a release with the corrected reconciler. Until then, \
        deploy services that share a load balancer address or a port with long-lived UDP flows \
        when a break does least harm.
        """,
      references: [
        "kubernetes/kubernetes#129982",
        "kubernetes/kubernetes#130484",
        "kubernetes/kubernetes#49881",
        """
        129982 and 130484 report memory and CPU use; that unrelated flows move is inferred \
        from them, and 49881 is hypothetical.
        """,
      ]
    )
  )

  private static func judgeForeignChange(_ move: Move, _ evidence: Evidence) -> Judgement {
    guard let burst = move.burst else {
      return .ruledOut("fewer than three flows of the node moved at one instant")
    }
    guard evidence.inventory != nil, let port = evidence.ports[move.session] else {
      return .unknown(needs: Need.history.rawValue)
    }
    guard
      let other = evidence.foreignChange(than: port, from: move.lastOld - .seconds(5), to: move.at)
    else { return .ruledOut("no other service's endpoints are known to have changed then") }
    guard other.isCertain else { return .unknown(needs: Need.history.rawValue) }
    return .holds(
      confidence: 0.85,
      because: [
        "flows of \(evidence.nodeName(move.newNode)) moved at one instant when the endpoints of \(other.service) changed, not their own"
      ],
      group: "burst \(burst)"
    )
  }
}
