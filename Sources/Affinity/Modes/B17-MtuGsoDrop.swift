internal import Correlation
internal import Wire

extension Mode {
  static let mtuGsoDrop = Mode(
    "B17",
    "mtu-gso-drop",
    .loss,
    needs: [.icmp],
    tests: [.loss(judgeSize)],
    words: Words(
      symptom: """
        Datagrams above a certain size never arrive. Smaller ones do.
        """,
      cause: """
        With the tunnel's header a large packet exceeds the MTU of the nodes' network, and it \
        may not be fragmented, or a segmented super-packet is not tunnelled by the data path.
        """,
      signature: """
        At the ingress node's NIC or on its way out only large datagrams lack a twin, and an \
        ICMP fragmentation needed (packet too big in IPv6) names the size that would pass. \
        Without that ICMP in the capture it stays unnamed; fragments of which only the first \
        goes on are B13.
        """,
      remedy: """
        Lower the MTU of the pods' interfaces below that of the nodes less the tunnel's header \
        (50 bytes for VXLAN over IPv4, 70 over IPv6) in the CNI's configuration, let ICMP \
        fragmentation needed through, keep datagrams small. ip link show compares the MTUs.
        """,
      references: [
        "projectcalico/calico#11659"
      ]
    )
  )

  private static func judgeSize(_ loss: Loss, _ evidence: Evidence) -> Judgement {
    guard let refusal = evidence.tooBig(loss.session) else {
      return .ruledOut("no ICMP said that a packet was too big")
    }
    return .holds(
      confidence: 0.9,
      because: ["\(refusal.source) said that its packets are too big to go on, and they were lost"],
      group: "mtu"
    )
  }
}
