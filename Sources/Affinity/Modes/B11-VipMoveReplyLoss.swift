internal import Wire

extension Mode {
  static let vipMoveReplyLoss = Mode(
    "B11",
    "vip-move-reply-loss",
    .loss,
    needs: [.replies],
    tests: [.loss(judgeMoved)],
    words: Words(
      symptom: """
        After an address moved to another node, servers answer but clients hear nothing. New \
        flows work.
        """,
      cause: """
        Traffic of the front now comes in at another node, while the answers of flows in \
        progress take a way that has no translation for them: the node that they pass never \
        saw the flow's first packet.
        """,
      signature: """
        The pod's veth shows datagrams and answers, but no answer leaves the ingress node's \
        NIC, and the flow had come in at another node before. If the pod sends no answers it \
        is another loss (B1, B5, B19); answers that leave with a wrong source are C5 or C10.
        """,
      remedy: """
        Have clients start new flows (a new source port), or delete the old ones on both \
        nodes: conntrack -D -p udp --orig-dst FRONT. Keep the former announcer forwarding for \
        a while after a switch, and find why the address moved (A6).
        """,
      references: [
        "cilium/cilium#29039"
      ]
    )
  )

  private static func judgeMoved(_ loss: Loss, _ evidence: Evidence) -> Judgement {
    guard let place = loss.placement, loss.unanswered > 0 else {
      return .ruledOut("its datagrams reached no backend")
    }
    let placement = evidence.placements[place]
    guard let previous = evidence.previousIngress(of: loss.session, before: placement.to) else {
      return .ruledOut("its ingress node did not change")
    }
    guard evidence.backendAnswers(placement) else {
      return .ruledOut("the backend sent no answers")
    }
    return .holds(
      confidence: 0.85,
      because: [
        "its traffic had moved from \(evidence.nodeName(previous)) to \(evidence.nodeName(Int(placement.ingressNode))), "
          + "and the backend's answers never came back out"
      ],
      group: "moved"
    )
  }
}
