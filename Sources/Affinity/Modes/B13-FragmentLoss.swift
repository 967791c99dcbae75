internal import Correlation
internal import Wire

extension Mode {
  static let fragmentLoss = Mode(
    "B13",
    "fragment-loss",
    .loss,
    tests: [.survey(survey)],
    words: Words(
      symptom: """
        Large messages are lost, small ones arrive. The large ones travel as fragments.
        """,
      cause: """
        Only the first fragment of a datagram carries the ports. A data path that maps \
        fragments one by one cannot place a later fragment that arrives before the first, \
        whose record was evicted, or for which it keeps no record at all, and drops it; the \
        rest is useless.
        """,
      signature: """
        At the ingress node's NIC all fragments of a datagram (one IP id) come in; on its way \
        out or on the pod's veth the first one goes on and later ones do not. Only datagrams \
        above the MTU are hit. If an ICMP says that packets are too big, it is B17.
        """,
      remedy: """
        Keep datagrams below the path MTU (1,200 bytes is safe). With Cilium see that \
        enable-ipv4-fragment-tracking is on and bpf-fragments-map-max is large enough; \
        elsewhere raise net.ipv4.ipfrag_high_thresh if nstat counts IpReasmFails.
        """,
      references: [
        "cilium/cilium#25709",
        "cilium/cilium#43781",
        "cilium/cilium#32427",
        "cilium/cilium#13349",
        "cilium/cilium#8185",
        """
        Measured: the IP id survives both translations, also in fragments that conntrack \
        puts together and splits again.
        """,
      ]
    )
  )

  private static func survey(_ evidence: Evidence) -> [Symptom] {
    guard !evidence.index.fragments.isEmpty else { return [] }
    var symptoms: [Symptom] = []
    for (index, session) in evidence.sessions.enumerated() {
      for place in session.placements {
        let placement = evidence.placements[place]
        guard let gap = evidence.fragmentGap(session, placement) else { continue }
        symptoms.append(
          Symptom(
            session: index,
            service: evidence.services[index],
            node: gap.node,
            at: gap.time,
            now: place,
            confidence: 0.85,
            because: [
              "\(gap.whole) datagrams came in with all their fragments, and of \(gap.partial) only a part went on"
            ],
            group: "fragments",
            evidence: [(gap.witness, "a first fragment whose others are missing")]
          )
        )
        break
      }
    }
    return symptoms
  }
}
