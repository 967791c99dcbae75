extension Mode {
  static let udpSocketLbReorder = Mode(
    "A12",
    "udp-socket-lb-reorder",
    .violation,
    needs: [.socketView],
    words: Words(
      symptom: """
        A pod's consecutive datagrams to a service reach different pods. It happens when the \
        service's endpoints change.
        """,
      cause: """
        With an eBPF data path that balances at the socket (Cilium, Calico's connect-time load \
        balancing), an unconnected UDP socket is assigned a backend at every sendmsg, by the \
        backends' order or by an affinity map. An update of the endpoints reorders the former, \
        and a sync that drops entries of the latter has the next datagram sent to a fresh \
        random backend.
        """,
      signature: """
        Packets alone cannot tell: the address is replaced in the socket, so no service \
        address is ever on the wire. All that the client pod's veth shows is one source port \
        with datagrams to several pod addresses, which looks like a client that talks to pods \
        directly; a capture cannot say that they were sent to a service. A sudden change at \
        the time of an endpoint update is a hint, no proof.
        """,
      remedy: """
        Set sessionAffinity: ClientIP for the service (the workaround that Cilium's thread \
        names), let the client connect() its UDP socket, and update the data path to a release \
        with the fixes in the references. cilium-dbg status --verbose says whether the socket \
        load balancer is on.
        """,
      references: [
        "cilium/cilium#11301",
        "cilium/cilium#17312",
        "projectcalico/calico#13399",
        "projectcalico/calico#5617",
      ]
    )
  )
}
