internal import Cluster
internal import Correlation
internal import Wire

extension Mode {
  static let conntrackFull = Mode(
    "B14",
    "conntrack-full",
    .loss,
    needs: [.inventory],
    tests: [.loss(judgeFull)],
    words: Words(
      symptom: """
        New clients get no answers at one node, while those already connected are fine.
        """,
      cause: """
        The node's conntrack table is full, or inserting entries fails. A packet of a known \
        flow finds its entry; a packet that needs a new one is dropped.
        """,
      signature: """
        At one ingress node's NIC several new flows in a row have no twin, whatever service \
        they are for, while flows that were there before go on; an entry that ends lets one in \
        now and then. A single flow without a twin is B2; only the first datagram of each is \
        B9. The counters of the node confirm it: conntrack -S counts insert_failed and drop, \
        and the kernel logs that the table is full.
        """,
      remedy: """
        Compare net.netfilter.nf_conntrack_count with nf_conntrack_max; raise the latter \
        (kube-proxy's conntrack.maxPerCore sets it), find who fills the table (conntrack -L -p \
        udp), and shorten timeouts for traffic that is never answered.
        """,
      references: [
        "kubernetes/kubernetes#71261",
        "kubernetes/kubernetes#18604",
        "Lab: with a table filled up by assured entries new flows are dropped and counted.",
      ]
    )
  )

  private static func judgeFull(_ loss: Loss, _ evidence: Evidence) -> Judgement {
    guard loss.placement == nil, loss.lostAtIngress > 0 else {
      return .ruledOut("its datagrams were translated")
    }
    guard evidence.inventory?.kinds.contains(.endpoints) == true else {
      return .unknown(needs: Need.inventory.rawValue)
    }
    guard evidence.startedInCapture(loss.session) else {
      return .ruledOut("the flow is older than the capture")
    }
    guard !evidence.isFrontRefused(loss.session, from: loss.at, to: loss.at) else {
      return .ruledOut(
        "ICMP says that the front's port is unreachable, and a full table says nothing"
      )
    }
    let stretch = evidence.stretch(of: loss)
    if let stretch, let words = proof(in: stretch, at: evidence.nodeName(loss.node)) {
      guard evidence.hasReadyEndpoint(loss) else {
        return .ruledOut("the service has no ready endpoint")
      }
      return .holds(confidence: 0.95, because: [words], group: "full \(loss.node)")
    }
    if let stretch, let words = refutation(in: stretch, at: evidence.nodeName(loss.node)) {
      return .ruledOut(words)
    }
    guard let row = evidence.failedStarts(around: loss), row.failed >= 5 else {
      return .ruledOut("too few new flows in a row failed at that node")
    }
    // With policy Local a node whose endpoint has left drops in silence, and one inventory does not know of it.
    if evidence.inventory?.showsMoreThanOneMoment != true, evidence.isExternal(loss.session),
      evidence.service(of: loss.session, at: loss.at)?.externalTrafficPolicy == .local
    {
      return .unknown(needs: Need.history.rawValue)
    }
    guard row.established > 0, evidence.hasReadyEndpoint(loss) else {
      return .ruledOut("no flow that was there before went on meanwhile")
    }
    return .holds(
      confidence: 0.75,
      because: [
        "\(words(row)) new flows in a row failed at \(evidence.nodeName(loss.node)), while "
          + "\(row.established) that were there before went on"
      ],
      group: "full \(loss.node)"
    )
  }

  private static func words(_ row: FailedRow) -> String {
    row.worked == 0 ? "\(row.failed)" : "\(row.failed) of \(row.failed + row.worked)"
  }

  /// The kernel counts what it drops for want of room; other packets that it drops are counted with them.
  private static func proof(in stretch: FactStretch, at node: String) -> String? {
    guard let fullest = stretch.fullest, fullest.share >= 0.95,
      let dropped = stretch.droppedPackets, dropped > 0
    else { return nil }
    return
      "\(node)'s conntrack table had \(fullest.count) of \(fullest.limit) entries, and its kernel dropped "
      + "\(counted(Int(clamping: dropped), "packet")) meanwhile"
  }

  private static func refutation(in stretch: FactStretch, at node: String) -> String? {
    guard let fullest = stretch.fullest, fullest.share < 0.5, stretch.droppedPackets == 0,
      stretch.failedInsertions == 0
    else { return nil }
    return
      "\(node)'s conntrack table had at most \(fullest.count) of \(fullest.limit) entries meanwhile, and "
      + "refused none"
  }
}
