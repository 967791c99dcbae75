internal import Correlation
internal import Wire

extension Mode {
  static let recentListOverflow = Mode(
    "A10",
    "recent-list-overflow",
    .violation,
    needs: [.inventory],
    tests: [.split(judgeOverflow)],
    words: Words(
      symptom: """
        Known clients are sent to another pod long before the affinity timeout. It begins when \
        clients are many.
        """,
      cause: """
        In iptables mode kube-proxy keeps ClientIP affinity with the kernel's xt_recent match, \
        whose list remembers 100 client addresses an endpoint on each node (ip_list_tot). The \
        address that was seen longest ago makes room for the next one, and its client is \
        balanced anew at its next flow.
        """,
      signature: """
        At the ingress node's NIC a new flow of a known client address goes to another pod \
        well within the timeout, and that node sends more than 100 distinct client addresses \
        to the old pod. With 100 or fewer it is A18; a pause beyond the timeout is A9. Knowing \
        the proxy mode raises the confidence: nftables and IPVS keep no such list.
        """,
      remedy: """
        Use the nftables proxy mode, add endpoints, or spread clients over more nodes. Or \
        raise the list's size before kube-proxy makes its rules: modprobe xt_recent \
        ip_list_tot=1000 (options xt_recent ip_list_tot=1000 in /etc/modprobe.d, then reboot). \
        cat /sys/module/xt_recent/parameters/ip_list_tot shows it.
        """,
      references: [
        """
        The limit is in the kernel's source of xt_recent; one search found no public thread \
        that names this cause.
        """,
        """
        Lab, two pods: of 100 and of 150 clients none moved (one run each); of 230 clients \
        107, 126, 113, 121, 114 and 114 moved in six runs, with sequential access, which is \
        close to the worst case.
        """,
      ]
    )
  )

  private static func judgeOverflow(_ split: ClientSplit, _ evidence: Evidence) -> Judgement {
    let old = evidence.placements[split.was]
    let node = Int(old.ingressNode)
    let mode = evidence.proxyMode(of: node, at: split.at)
    if let mode, mode != .iptables {
      return .ruledOut("the proxy mode is \(mode.rawValue)")
    }
    let clients = evidence.clients(of: old.backend, at: node)
    guard clients > 100 else {
      return .ruledOut(
        "\(evidence.pod(old.backend, at: split.at)) had \(clients) client addresses at \(evidence.nodeName(node)), not more than 100"
      )
    }
    return .holds(
      confidence: mode == nil ? 0.75 : 0.92,
      because: [
        "\(evidence.pod(old.backend, at: split.at)) had \(clients) client addresses at \(evidence.nodeName(node)); iptables mode remembers 100 an endpoint"
      ],
      group: "overflow \(node)"
    )
  }
}
