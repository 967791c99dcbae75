internal import Wire

extension Mode {
  static let reservedSnatPort = Mode(
    "B12",
    "reserved-snat-port",
    .loss,
    tests: [.loss(judgePort)],
    words: Words(
      symptom: """
        A rare client gets no answers, at random. Trying again from another port works.
        """,
      cause: """
        Source translation chose a port that receivers reserve for tunnels: 4789 or 8472 \
        (VXLAN), 6081 (Geneve) or 4791 (RoCE). The answer to that port is taken for a tunnel \
        packet and dropped before the translation is undone.
        """,
      signature: """
        On the ingress node's way out the translated source port is one of these four and is \
        not the client's own; the answers arrive at that node's NIC or never, and do not go on \
        to the client. One look at the port tells it from every other loss.
        """,
      remedy: """
        Keep masquerading away from these ports: --to-ports with ranges that leave them out in \
        the masquerade rule, or a data path that does so by itself, as newer releases of \
        Calico do. Retry from another client port.
        """,
      references: [
        "cilium/cilium#45492",
        "Azure/AKS#2250",
        "projectcalico/calico#13118",
      ]
    )
  )

  /// VXLAN (IANA's and Linux' own port), Geneve, RoCE.
  private static let reserved: Set<UInt16> = [4789, 8472, 6081, 4791]

  private static func judgePort(_ loss: Loss, _ evidence: Evidence) -> Judgement {
    guard let place = loss.placement, loss.unanswered > 0 else {
      return .ruledOut("its datagrams were not translated")
    }
    let placement = evidence.placements[place]
    let port = placement.seenSource.port
    guard reserved.contains(port), port != evidence.sessions[loss.session].client.port else {
      return .ruledOut("its translated source port is \(port), no tunnel's")
    }
    return .holds(
      confidence: 0.93,
      because: [
        "its source was translated to port \(port), which receivers take for a tunnel's, and no answers came back"
      ],
      group: "reserved"
    )
  }
}
