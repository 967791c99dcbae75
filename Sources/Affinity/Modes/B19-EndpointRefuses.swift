internal import Cluster
internal import Wire

extension Mode {
  static let endpointRefuses = Mode(
    "B19",
    "endpoint-refuses",
    .loss,
    needs: [.icmp, .inventory],
    tests: [.loss(judgeRefused)],
    words: Words(
      symptom: """
        Clients of one pod get no answers although the pod is ready. Nothing listens on its \
        port.
        """,
      cause: """
        The server crashed or listens on another port or address, and the readiness probe does \
        not notice, so kube-proxy goes on choosing the pod. Its kernel answers with ICMP port \
        unreachable.
        """,
      signature: """
        The pod's veth shows datagrams without answers and ICMP port unreachable from the pod; \
        at the ingress node's NIC the ICMP is translated back and looks as if it came from the \
        front. The endpoint is ready, else it is B8 or B6. ICMP is rate-limited, so a few of \
        them speak for many datagrams, and that there is none proves nothing.
        """,
      remedy: """
        Look into that pod: kubectl logs, kubectl exec POD -- ss -lun for what listens, \
        targetPort against the server's port. Give it a readiness probe that asks the UDP \
        server itself.
        """,
      references: [
        """
        Recorded with a real kube-proxy, captures/nftables-vxlan-blackhole in Stickler's \
        sources: 9 ICMP errors for 90 lost datagrams.
        """
      ]
    )
  )

  private static func judgeRefused(_ loss: Loss, _ evidence: Evidence) -> Judgement {
    guard let place = loss.placement, loss.unanswered > 0 else {
      return .ruledOut("its datagrams reached no backend")
    }
    let placement = evidence.placements[place]
    guard let inventory = evidence.inventory, let port = evidence.ports[loss.session] else {
      return .unknown(needs: Need.inventory.rawValue)
    }
    let pod = evidence.pod(placement.backend, at: placement.from)
    switch inventory.membership(of: placement.backend, in: port, time: placement.to) {
    case .current(let record) where record.isReady: break
    default: return .ruledOut("\(pod) was not a ready endpoint all the time")
    }
    // ICMP is rate-limited: one refusal of the backend speaks for all its clients.
    guard let refusals = evidence.refusals(by: placement.backend) else {
      return .unknown(needs: Need.icmp.rawValue)
    }
    return .holds(
      confidence: 0.95,
      because: [
        "\(loss.unanswered) datagrams reached \(pod), a ready endpoint, and were not answered",
        "\(pod) answered \(refusals) times that nothing listens on the port (ICMP port unreachable)",
      ],
      group: placement.backend.description
    )
  }
}
