internal import Cluster
internal import Wire

extension Mode {
  static let localNoEndpoint = Mode(
    "B7",
    "local-no-endpoint",
    .loss,
    needs: [.inventory],
    tests: [.loss(judgeLocal)],
    words: Words(
      symptom: """
        The same part of the clients never gets an answer. Their traffic comes in at a node \
        without a pod of the service.
        """,
      cause: """
        With externalTrafficPolicy Local a node serves external traffic only with its own pods \
        and drops the rest. The balancer sends traffic to a node that has none: it does not \
        probe healthCheckNodePort, probes too slowly, or never takes nodes out.
        """,
      signature: """
        Datagrams come in at the NIC of a node that has no ready endpoint of the service and \
        have no twin on it; which clients are hit stays constant, as the balancer's hash does. \
        At nodes with an endpoint all is well. Where no node has an endpoint, it is B8.
        """,
      remedy: """
        Run a pod on every node that gets traffic (a DaemonSet, or topologySpreadConstraints), \
        or have the balancer probe healthCheckNodePort over HTTP (kubectl get service NAME -o \
        jsonpath={.spec.healthCheckNodePort}). Else use policy Cluster and give up the \
        clients' addresses.
        """,
      references: [
        "Azure/AKS#1295",
        "kubernetes/kubernetes#84800",
        "kubernetes/kubernetes#71596",
        "kubernetes/kubernetes#121371",
        "metallb/metallb#1777",
        "71596 and 121371 are about TCP.",
        """
        Recorded with a real kube-proxy: captures/nftables-vxlan-no-local in Stickler's \
        sources.
        """,
      ]
    )
  )

  private static func judgeLocal(_ loss: Loss, _ evidence: Evidence) -> Judgement {
    guard loss.lostAtIngress > 0, loss.placement == nil || loss.unanswered == 0 else {
      return .ruledOut("its datagrams were translated")
    }
    guard let inventory = evidence.inventory, let port = evidence.ports[loss.session],
      let service = evidence.service(of: loss.session, at: loss.at)
    else { return .unknown(needs: Need.inventory.rawValue) }
    guard service.externalTrafficPolicy == .local, evidence.isExternal(loss.session) else {
      return .ruledOut("the service's traffic policy does not keep it to the node")
    }
    let node = evidence.nodeName(loss.node)
    guard inventory.node(named: node) != nil else { return .unknown(needs: Need.nodeName.rawValue) }
    if loss.placement == nil {
      let here = inventory.endpoints(of: port, at: loss.at).filter { $0.node == node && $0.isReady }
      guard here.isEmpty else { return .ruledOut("\(node) has an endpoint of the service") }
    } else {
      switch evidence.wasEmpty(loss.session, at: node) {
      case .no: return .ruledOut("\(node) had an endpoint of the service when it was lost")
      case .possible: return .unknown(needs: Need.history.rawValue)
      case .certain: break
      }
    }
    return .holds(
      confidence: 0.95,
      because: [
        "externalTrafficPolicy is Local and \(node), where its datagrams came in, has no ready endpoint"
      ],
      group: "local \(node)"
    )
  }
}
