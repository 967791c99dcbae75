internal import Cluster
internal import Wire

extension Mode {
  static let clusterSnat = Mode(
    "C1",
    "cluster-snat",
    .explained,
    needs: [.inventory],
    tests: [.survey(survey)],
    words: Words(
      symptom: """
        Pods see the address of a node instead of the client's. This is how policy Cluster \
        works.
        """,
      cause: """
        With externalTrafficPolicy Cluster a node may send a datagram on to a pod elsewhere, \
        and it puts its own address in place of the client's so that the answer comes back \
        through it. A local pod sees the node's bridge address, a remote one the node's own \
        or, over VXLAN, the tunnel device's.
        """,
      signature: """
        On the pod's veth the source is an address of the ingress node or of its CNI gateway, \
        where the same datagram had the client's at the ingress node's NIC. With policy Local \
        the same is a fault (C2); a pod that reaches itself is C7.
        """,
      remedy: """
        Set externalTrafficPolicy: Local if the pod must see its clients (access lists, \
        RADIUS, geolocation) and see that every node that gets traffic has a pod. Or carry the \
        address in the payload, with PROXY protocol or STUN.
        """,
      references: [
        "kubernetes/kubernetes#37396",
        "kubernetes/kubernetes#29192",
        "rancher/rancher#29532",
        "projectcalico/calico#4093",
        """
        Lab: with --random-fully every masqueraded flow gets a random port, so that the port \
        is never the client's either.
        """,
        """
        Recorded with real kube-proxies: captures/iptables-hostgw-cluster and \
        captures/nftables-vxlan-cluster in Stickler's sources.
        """,
      ]
    )
  )

  private static func survey(_ evidence: Evidence) -> [Symptom] {
    evidence.rewrittenSources { session, service in
      service.externalTrafficPolicy == .cluster && evidence.isExternal(session)
    } because: { placement in
      "externalTrafficPolicy is Cluster, so \(evidence.nodeName(Int(placement.ingressNode))) put "
        + "\(placement.seenSource.address) in place of the client's address"
    }
  }
}
