internal import Cluster
internal import Correlation
internal import Wire

extension Mode {
  static let l2LeaderChange = Mode(
    "A6",
    "l2-leader-change",
    .violation,
    tests: [.move(judgeAnnouncement)],
    words: Words(
      symptom: """
        All clients of one address change pods at once after a short outage. The address moved \
        to another node.
        """,
      cause: """
        With MetalLB in layer 2 mode or kube-vip one node answers ARP for the address. When \
        that node loses its leadership another one announces the address, and all its traffic \
        comes in there, where no flow has a conntrack entry.
        """,
      signature: """
        Every flow to the address stops at one node's NIC and goes on at one other node's, \
        with a gap of lost datagrams between; a gratuitous ARP or a neighbour advertisement of \
        the address, where the capture holds ARP, proves it. Without one it is told only when \
        the inventory shows a layer 2 announcer; else the switch is A5, with this one not \
        excluded.
        """,
      remedy: """
        Find why the announcing node gave up: logs of the speaker (kubectl -n metallb-system \
        logs) or of kube-vip, node pressure, a restart, a network partition. Do not restart \
        speakers while clients are busy. BGP mode has no single announcer, and spreads over \
        nodes instead.
        """,
      references: [
        "metallb/metallb#561",
        "metallb/metallb#298",
        "metallb/metallb#767",
        "cilium/cilium#29039",
      ]
    )
  )

  private static func judgeAnnouncement(_ move: Move, _ evidence: Evidence) -> Judgement {
    guard move.changedIngress else {
      return .ruledOut("the ingress node stayed \(evidence.nodeName(move.newNode))")
    }
    let front = evidence.sessions[move.session].front
    let path = "\(evidence.nodeName(move.oldNode)) to \(evidence.nodeName(move.newNode))"
    let window = (move.lastOld - .seconds(2), move.at + .seconds(2))
    let announced = evidence.stitched.ledger.announcements.first { node, announcement in
      let time = evidence.stitched.clock.corrected(announcement.time, at: node)
      return announcement.address == front.address && time >= window.0 && time <= window.1
    }
    if announced != nil {
      return .holds(
        confidence: 0.95,
        because: [
          "\(front.address) was announced anew (gratuitous ARP or neighbour advertisement) when its "
            + "traffic went from \(path)"
        ],
        group: path
      )
    }
    let isWhole =
      evidence.wholeFronts[
        FrontPath(front: front, oldNode: move.oldNode, newNode: move.newNode)
      ] ?? false
    let announcer = evidence.service(of: move.session, at: move.at)?.announcer
    guard let announcer, isWhole else {
      return .ruledOut(
        isWhole
          ? "not excluded: every client of the front went from \(path), but no announcement was seen"
          : "no announcement of the address was seen, and not all of its clients moved alike"
      )
    }
    return .holds(
      confidence: 0.7,
      because: [
        "every client of \(front) went from \(path), and \(announcer.rawValue) announces its address"
      ],
      group: path
    )
  }
}
