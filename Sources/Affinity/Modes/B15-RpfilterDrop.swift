extension Mode {
  static let rpfilterDrop = Mode(
    "B15",
    "rpfilter-drop",
    .loss,
    needs: [.nodeFacts],
    words: Words(
      symptom: """
        Traffic that comes in at one interface of a node is lost. Through another way the same \
        client is served.
        """,
      cause: """
        Strict reverse-path filtering drops a packet whose source the node would reach through \
        another interface. Asymmetric routes, policy routing and pods on secondary interfaces \
        make it hit legitimate clients.
        """,
      signature: """
        Packets alone cannot tell: datagrams come in at one interface of the node and have no \
        twin, as with every drop inside the node. What decides is where the node's routes lead \
        back to (ip route get CLIENT) and its rp_filter settings, neither of which is on the \
        wire.
        """,
      remedy: """
        On that node compare ip route get CLIENT with the interface of arrival, and look at \
        sysctl -a | grep rp_filter; set it to loose (sysctl -w \
        net.ipv4.conf.IFACE.rp_filter=2; the larger of all and IFACE counts). \
        net.ipv4.conf.all.log_martians=1 logs what is dropped, nstat -az \
        TcpExtIPReversePathFilter counts it.
        """,
      references: [
        "cilium/cilium#13130",
        "lyft/cni-ipvlan-vpc-k8s#38",
        "kubernetes/kubernetes#94861",
        "kubernetes/kubernetes#124587",
        "Most of these threads are about delays of TCP.",
      ]
    )
  )
}
