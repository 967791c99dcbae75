internal import Cluster
internal import Wire

extension Mode {
  static let proxyRestartFlush = Mode(
    "A2",
    "proxy-restart-flush",
    .violation,
    needs: [.inventory],
    tests: [.move(judgeBurst)],
    words: Words(
      symptom: """
        Many clients of one node change pods at the same instant. Nothing was deployed, and \
        clients that come in at other nodes notice nothing.
        """,
      cause: """
        Something deleted the UDP entries of that node's conntrack table while the flows were \
        busy: a kube-proxy that cleans up when it restarts or resyncs, or someone with \
        conntrack -F. The next datagram of every flow passes the rules again, which choose a \
        backend and a source port anew.
        """,
      signature: """
        At one ingress node's NIC three or more flows change their pod or their seen source \
        within the same instant, without a gap, while the endpoints stay the same and other \
        nodes' flows go on. The burst tells it from idle expiry; a change of another service's \
        endpoints at that moment would make it A3. A flow that happens to get the same pod \
        again still shows a new source to it.
        """,
      remedy: """
        Find what emptied the table of that node: kubectl -n kube-system logs of its \
        kube-proxy at that time, kubectl get pods for restarts, conntrack -E -p udp -e DESTROY \
        to watch it happen. Kube-proxies since 1.32 reconcile and delete only entries that \
        they hold for stale; update older ones. Do not run conntrack -F on a node in service; \
        delete single flows with conntrack -D -p udp --orig-src CLIENT.
        """,
      references: [
        "kubernetes/kubernetes#84438",
        "kubernetes/kubernetes#122740",
        "kubernetes/kubernetes#126130",
        "kubernetes/kubernetes#49881",
        """
        A user reported the flush in 84438; 122740 comes from reading the code, and 49881 is \
        hypothetical.
        """,
        """
        Recorded with a real kube-proxy: captures/iptables-hostgw-flush in Stickler's \
        sources.
        """,
      ]
    )
  )

  private static func judgeBurst(_ move: Move, _ evidence: Evidence) -> Judgement {
    guard let burst = move.burst else {
      // Of one or two flows nobody can say whether others would have moved with them.
      return evidence.sessionCounts[move.newNode] ?? 0 < MoveFinder.burstSize
        ? .unknown(needs: "at least three flows of the node at that time")
        : .ruledOut("fewer than three flows of the node moved at one instant")
    }
    guard let inventory = evidence.inventory, inventory.kinds.contains(.endpoints),
      let port = evidence.ports[move.session]
    else { return .unknown(needs: Need.inventory.rawValue) }
    guard
      inventory.showsMoreThanOneMoment || !evidence.isNeverEndpoint(evidence.placements[move.now])
    else {
      // Who takes over without being known as an endpoint became one since.
      return .unknown(needs: Need.history.rawValue)
    }
    let count = evidence.index.burstSizes[burst] ?? 0
    let changes = evidence.endpointChanges(of: port, from: move.lastOld - .seconds(2), to: move.at)
    var because = [
      "\(count) flows of \(evidence.nodeName(move.newNode)) moved or changed their seen source at one instant"
    ]
    because.append(
      !inventory.showsMoreThanOneMoment
        ? "no change of the service's endpoints is known, from one inventory"
        : changes.isEmpty
          ? "the service's endpoints were the same before and after"
          : "other endpoints changed during the capture, and \(evidence.pod(evidence.placements[move.was].backend, at: move.at)) stayed one"
    )
    let restart = restart(before: move, evidence)
    if let sentence = restart.because { because.append(sentence) }
    let isBare = changes.isEmpty && inventory.showsMoreThanOneMoment
    return .holds(
      confidence: restart.isNear ? 0.98 : isBare ? 0.95 : 0.75,
      because: because,
      group: "burst \(burst)"
    )
  }

  /// A kube-proxy cleans up when it has heard of all services, some seconds after it began.
  private static let patience = Interval.seconds(60)

  /// What the node's kernel knows of its kube-proxy: whether it had just begun.
  private static func restart(before move: Move, _ evidence: Evidence)
    -> (isNear: Bool, because: String?)
  {
    let node = evidence.nodeName(move.newNode)
    guard let start = evidence.readings.proxyStart(at: move.newNode, after: move.at) else {
      return (false, nil)
    }
    guard start > move.at || start < move.lastOld - patience else {
      return (true, "the kube-proxy of \(node) began at \(start)")
    }
    guard start <= move.at else { return (false, nil) }
    return (
      false,
      "the kube-proxy of \(node) had been running since \(start): it did not restart then"
    )
  }
}
