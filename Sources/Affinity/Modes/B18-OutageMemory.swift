extension Mode {
  static let outageMemory = Mode(
    "B18",
    "outage-memory",
    .loss,
    needs: [.nodeFacts],
    words: Words(
      symptom: """
        After a network outage ended, some clients still get no answers. New ones are served.
        """,
      cause: """
        Clients that kept sending during the outage made conntrack entries that never saw an \
        answer and may hold no translation. Every further datagram refreshes them, so they \
        outlive the outage.
        """,
      signature: """
        Packets alone cannot tell it from B2: datagrams come in at the ingress node's NIC and \
        have no twin, other flows to the same front are fine. That the flow's first packet \
        fell into an outage is not in the capture, and that its entry is marked UNREPLIED only \
        the node's conntrack table shows.
        """,
      remedy: """
        Delete them on that node: conntrack -L -p udp --orig-dst FRONT shows the entries \
        marked UNREPLIED, conntrack -D -p udp --orig-dst FRONT removes them. Clients that take \
        a new source port after some unanswered datagrams recover by themselves.
        """,
      references: [
        "kubernetes/kubernetes#136213"
      ]
    )
  )
}
