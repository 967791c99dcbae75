internal import Correlation
internal import Protocols
internal import Wire

extension Mode {
  static let rpfilterDrop = Mode(
    "B15",
    "rpfilter-drop",
    .loss,
    needs: [.nodeFacts],
    tests: [.loss(judgePath)],
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
        wire. Live, the node's own settings and its count of what the filter dropped are read: \
        whole flows without a twin, while that count rises by as much, are this.
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

  /// So many datagrams of a flow are no chance; its counter also counts what has nothing to do with services.
  private static let leastLost = 3

  private static func judgePath(_ loss: Loss, _ evidence: Evidence) -> Judgement {
    guard let stretch = evidence.stretch(of: loss), let path = stretch.reversePath,
      let dropped = stretch.reversePathDrops
    else { return .silent }
    let node = evidence.nodeName(loss.node)
    guard path.strictCount > 0 else { return .ruledOut("no interface of \(node) is strict") }
    guard loss.placement == nil, loss.lostAtIngress >= leastLost else {
      return .ruledOut("not all of its datagrams were lost where they came in")
    }
    guard dropped > 0 else {
      return .ruledOut("the strict filter of \(node) dropped nothing meanwhile")
    }
    let lost = evidence.lostMeanwhile(loss, stretch)
    guard dropped >= lost, dropped <= 2 * lost + 10 else {
      return .ruledOut(
        "the strict filter of \(node) dropped \(counted(Int(clamping: dropped), "packet")) meanwhile, where \(lost) were lost"
      )
    }
    let others = path.strictCount - 1
    let place =
      path.strictName.text
      + (others > 0 ? " and \(counted(Int(clamping: others), "other interface"))" : "")
    return .holds(
      confidence: 0.85,
      because: [
        "\(place) of \(node) filtered by the reverse path strictly, and the kernel dropped "
          + "\(counted(Int(clamping: dropped), "packet")) by that meanwhile: as many as were lost"
      ],
      group: "path \(loss.node)"
    )
  }
}
