internal import Cluster
internal import Wire

extension Mode {
  static let poisonedEntry = Mode(
    "B2",
    "poisoned-entry",
    .loss,
    needs: [.inventory],
    tests: [.loss(judgePoisoned)],
    words: Words(
      symptom: """
        One client gets no answers although the service is healthy. A new source port works at \
        once.
        """,
      cause: """
        The first datagram of the flow arrived before kube-proxy had made its rules for the \
        service, so conntrack made an entry without a translation. Rules apply to a flow's \
        first packet only: the entry, kept alive by the client, bypasses them from then on.
        """,
      signature: """
        Datagrams come in at the ingress node's NIC and have no twin anywhere, neither on the \
        way out nor on a pod's veth, while a ready endpoint exists and other flows to the same \
        front are translated at that node. A full table (B14) hits many new flows in a row; a \
        node without a local endpoint (B7) hits every flow. Entries from an outage look the \
        same (B18): only the conntrack table would tell.
        """,
      remedy: """
        Delete the entry on that node: conntrack -D -p udp --orig-src CLIENT --orig-dst FRONT; \
        conntrack -L shows it as UNREPLIED, with the front itself as the source of the \
        answers. Or have the client use a new source port. Update kube-proxy, and let nodes \
        take traffic only after it has synced.
        """,
      references: [
        "kubernetes/kubernetes#48370",
        "kubernetes/kubernetes#105657",
        "kubernetes/kubernetes#31983",
        "kubernetes/kubernetes#103857",
        "kubernetes/kubernetes#113250",
        "kubernetes/kubernetes#114668",
        "kubernetes/kubernetes#136213",
        "projectcalico/felix#1880",
        """
        Lab, the front's address local to the node: 3 of 3 times when some other nat rule \
        existed, 0 of 3 with no nat rule, 0 of 3 with an emptied chain; then no entry was \
        made.
        """,
      ]
    )
  )

  private static func judgePoisoned(_ loss: Loss, _ evidence: Evidence) -> Judgement {
    guard loss.placement == nil, loss.lostAtIngress > 0 else {
      return .ruledOut("its datagrams were translated")
    }
    guard evidence.inventory?.kinds.contains(.endpoints) == true else {
      return .unknown(needs: Need.inventory.rawValue)
    }
    guard evidence.hasReadyEndpoint(loss) else {
      return .ruledOut("the service has no ready endpoint")
    }
    let others = evidence.placedNeighbours(of: loss)
    guard others.count > 0 else {
      return .ruledOut(
        "no other flow to this front was translated at \(evidence.nodeName(loss.node))"
      )
    }
    guard others.laterStarts > 0 || !evidence.startedInCapture(loss.session) else {
      return .unknown(needs: Need.nodeFacts.rawValue)
    }
    return .holds(
      confidence: 0.85,
      because: [
        "none of its \(loss.lostAtIngress) datagrams was translated at \(evidence.nodeName(loss.node)), where \(others.count) other flows to the same front were"
      ],
      group: "poisoned \(loss.node)"
    )
  }
}
