extension Mode {
  static let ipvsStaleRs = Mode(
    "B4",
    "ipvs-stale-rs",
    .loss,
    needs: [.history, .proxyMode],
    words: Words(
      symptom: """
        After a pod went, waves of requests fail for about five minutes. Then all is well \
        again.
        """,
      cause: """
        In IPVS mode the connection table remembers which real server a UDP source belongs to \
        for 300 s after its last packet. Where a removed real server, or only its connections, \
        is kept until they expire, every client that uses such a source port again is sent to \
        the pod that is gone.
        """,
      signature: """
        Packets alone cannot tell it from B1: on the ingress node's way out datagrams go to an \
        address that has left the endpoints, unanswered, for up to 300 s after the pod went, \
        in waves as source ports come round again. Only the proxy mode and the node's table \
        (ipvsadm -Lnc) say that it is IPVS that remembers.
        """,
      remedy: """
        See the connections with ipvsadm -Lnc; sysctl -w net.ipv4.vs.expire_nodest_conn=1 \
        drops those to servers that are gone, ipvsadm --set 0 0 30 shortens the timeout. \
        Update kube-proxy, which no longer ends UDP real servers gracefully, or leave \
        kube-router's graceful termination off for UDP services.
        """,
      references: [
        "kubernetes/kubernetes#71514",
        "kubernetes/kubernetes#77802",
        "cloudnativelabs/kube-router#899",
        "cloudnativelabs/kube-router#1533",
      ]
    )
  )
}
