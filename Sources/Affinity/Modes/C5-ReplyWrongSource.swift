internal import Wire

extension Mode {
  static let replyWrongSource = Mode(
    "C5",
    "reply-wrong-source",
    .loss,
    needs: [.replies],
    tests: [.survey(survey)],
    words: Words(
      symptom: """
        Answers come from another address than the one the client asked. Clients discard them.
        """,
      cause: """
        The server answers from a wildcard socket on the host's network, so that the route and \
        not the request decides the source; or the answer misses the translation that would \
        give it the front's address.
        """,
      signature: """
        At a node's NIC answers leave for the client with a source that is not the address it \
        sent to. If it is the backend's own node that sends them past the ingress node, it is \
        a failed direct return (C10).
        """,
      remedy: """
        Let the server answer from the address that it was asked at: bind to each address, or \
        use IP_PKTINFO (IPV6_PKTINFO) and send with it. Off the host's network, look for what \
        keeps answers from passing the ingress node.
        """,
      references: [
        "kubernetes/kubernetes#95565",
        "coturn/coturn#677",
        "syncthing/discosrv#12",
        "esnet/iperf#2077",
        "projectcalico/calico#5606",
        "cilium/cilium#44348",
        "95565 is a wildcard socket on the host's network.",
      ]
    )
  )

  private static func survey(_ evidence: Evidence) -> [Symptom] {
    evidence.strayAnswers.filter { !$0.leavesBackendNode }.map { stray in
      evidence.symptom(
        of: stray,
        confidence: 0.85,
        because:
          "answers leave for the client from \(stray.source), not from the address that it asked",
        group: "source"
      )
    }
  }
}
