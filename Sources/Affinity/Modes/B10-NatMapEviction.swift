extension Mode {
  static let natMapEviction = Mode(
    "B10",
    "nat-map-eviction",
    .loss,
    needs: [.nodeFacts],
    words: Words(
      symptom: """
        Answers stop in the middle of busy flows, or the pod suddenly sees another port. It \
        comes with load.
        """,
      cause: """
        Cilium keeps its address translations in maps of limited size that evict what was used \
        least recently. When one half of a pair is evicted, answers are no longer translated \
        back; when the other half is, the next datagram gets a new source port.
        """,
      signature: """
        Packets alone cannot tell why: on the ingress node's tunnel or egress NIC answers \
        arrive that never leave translated, which looks like any loss on the way back, or the \
        translated source port changes in mid-flow, which is reported as C4. Only the node's \
        maps and their counters show that an entry was evicted.
        """,
      remedy: """
        Look at the pressure on the maps (the metric cilium_bpf_map_pressure) and at the drops \
        (cilium-dbg monitor --type drop), raise bpf-nat-global-max, keep the number of flows \
        through masquerading down, and update Cilium.
        """,
      references: [
        "cilium/cilium#29305",
        "cilium/cilium#34833",
        "cilium/cilium#31643",
        "cilium/cilium#8740",
        "cilium/cilium#37747",
        "37747 is about TCP.",
      ]
    )
  )
}
