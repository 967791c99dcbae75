internal import Correlation
internal import Wire

extension Mode {
  static let encapChecksum = Mode(
    "B16",
    "encap-checksum",
    .loss,
    tests: [.survey(survey)],
    words: Words(
      symptom: """
        Nothing that crosses between certain nodes arrives. Within a node all is well.
        """,
      cause: """
        Packets that are translated twice and then put into a VXLAN tunnel leave with a wrong \
        outer UDP checksum, when checksum offload of the tunnel device meets a kernel with the \
        bug. The receiving node drops them before it opens the tunnel.
        """,
      signature: """
        At the receiving node's NIC the outer UDP checksum is neither zero nor partial and it \
        is wrong, although the packet was captured whole; the inner datagram never shows on \
        the pod's veth. Wrong checksums on a veth or at the sender mean nothing: they are \
        partial there, for the hardware to complete.
        """,
      remedy: """
        Turn the offload off on the tunnel device of every node: ethtool -K flannel.1 \
        tx-checksum-ip-generic off (vxlan.calico with Calico). Update the kernel and \
        kube-proxy, which no longer masquerades twice.
        """,
      references: [
        "kubernetes/kubernetes#88986",
        "kubernetes/kubernetes#92035",
        "kubernetes/kubernetes#96868",
        "projectcalico/calico#3145",
        "Mostly seen as delays of TCP.",
      ]
    )
  )

  private static func survey(_ evidence: Evidence) -> [Symptom] {
    var seen: Set<FlowID> = []
    var symptoms: [Symptom] = []
    for (node, checksum) in evidence.stitched.ledger.wrongChecksums {
      guard let (flow, _) = evidence.stitched.ledger.book.find(checksum.inner),
        seen.insert(flow).inserted,
        let place = evidence.placement(reaching: flow)
      else { continue }
      let placement = evidence.placements[place]
      let session = Int(placement.session)
      // A checksum that the receiver did not mind is one that it did not look at.
      guard evidence.index.losers.contains(session) else { continue }
      symptoms.append(
        Symptom(
          session: Int(placement.session),
          service: evidence.services[Int(placement.session)],
          node: node,
          at: evidence.stitched.clock.corrected(checksum.time, at: node),
          now: place,
          confidence: 0.9,
          because: [
            "the tunnel's UDP checksum from \(checksum.outer.source.address) is wrong on arrival at \(evidence.nodeName(node)), and no answers came"
          ],
          group: "checksum \(node)",
          evidence: [(checksum.witness, "a tunnel packet with a wrong checksum")]
        )
      )
    }
    return symptoms
  }
}
