internal import Wire

extension Mode {
  static let upstreamSnat = Mode(
    "C8",
    "upstream-snat",
    .explained,
    origin: .client,
    needs: [.inventory],
    tests: [.survey(survey)],
    words: Words(
      symptom: """
        All clients seem to come from one address. It is a balancer's or a NAT's before the \
        cluster.
        """,
      cause: """
        Something in front of the cluster replaces the clients' addresses: a proxying load \
        balancer, one with client address preservation off or impossible (IPv6 clients of IPv4 \
        targets at AWS), or a carrier's NAT.
        """,
      signature: """
        Already at the ingress node's NIC nearly all sessions of the service have one source \
        address, close to the nodes' own and none of the cluster's. What the cluster itself \
        rewrites shows after the NIC (C1, C2).
        """,
      remedy: """
        Turn on client address preservation at the balancer, or let it speak PROXY protocol \
        and the application read it; use targets of the clients' address family.
        """,
      references: [
        """
        AWS documents it for its network load balancer: with IPv6 clients and IPv4 targets \
        the targets see the balancer's address.
        """
      ]
    )
  )

  private static func survey(_ evidence: Evidence) -> [Symptom] {
    evidence.crowds.filter { evidence.isNodesNeighbour($0.address) }.map { crowd in
      Symptom(
        session: crowd.first,
        client: crowd.address.description,
        service: crowd.service,
        node: crowd.node,
        at: evidence.sessions[crowd.first].first,
        confidence: 0.6,
        because: [
          "\(crowd.sessions) of \(crowd.total) sessions come from \(crowd.address), an address beside the nodes' own: a balancer or NAT before "
            + "the cluster may stand for many clients"
        ],
        group: "upstream"
      )
    }
  }
}
