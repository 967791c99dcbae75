internal import Cluster
internal import Wire

extension Mode {
  static let localButSnat = Mode(
    "C2",
    "local-but-snat",
    .source,
    needs: [.inventory],
    tests: [.survey(survey)],
    words: Words(
      symptom: """
        Pods do not see their clients' addresses although policy Local promises it.
        """,
      cause: """
        Some rule masquerades traffic that kube-proxy leaves alone: the CNI's masquerade of \
        the pod network, ip-masq-agent, a firewall, kube-proxy with --masquerade-all, or an \
        external IP that is not handled as the policy says.
        """,
      signature: """
        On the pod's veth the source differs from the one at the NIC of the same node, \
        although the service's policy is Local, or a pod reached a cluster address and lost \
        its own. That both are on one node shows that this node did it; a source that is \
        already wrong at the NIC is C8.
        """,
      remedy: """
        Find the rule on that node: iptables-save -t nat | grep -i -E 'masquerade|snat' or nft \
        list ruleset, and see whose counters rise. Exclude the service's traffic in \
        ip-masq-agent or in the CNI, and drop --masquerade-all.
        """,
      references: [
        "kubernetes/kubernetes#94563",
        "kubernetes/kubernetes#62537",
        "kubernetes/kubernetes#97073",
        "kubernetes/kubernetes#91437",
        "projectcalico/calico#9330",
        "Azure/AKS#1295",
        "Most of these threads are about TCP; the one of AKS is about UDP.",
      ]
    )
  )

  private static func survey(_ evidence: Evidence) -> [Symptom] {
    evidence.rewrittenSources { session, service in
      (service.externalTrafficPolicy == .local && evidence.isExternal(session))
        || evidence.isUnexpectedInternalRewrite(session)
    } because: { placement in
      "the source must be kept here, yet the pod sees \(placement.seenSource.address) instead of the client's address"
    }
  }
}
