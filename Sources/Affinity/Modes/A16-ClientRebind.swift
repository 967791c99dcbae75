internal import Correlation
internal import Wire

extension Mode {
  static let clientRebind = Mode(
    "A16",
    "client-rebind",
    .explained,
    origin: .client,
    tests: [.survey(survey)],
    words: Words(
      symptom: """
        A client goes on under another address or port. The server may take it for a new \
        client, on another pod.
        """,
      cause: """
        The client changed networks, or a NAT before the cluster forgot its mapping and made \
        another. To Kubernetes the new source is a new flow, which is balanced anew; only the \
        connection id inside the datagrams (QUIC, DTLS, STUN, RTP's SSRC) goes on.
        """,
      signature: """
        At the ingress node's NIC one client tuple falls silent and another takes over with \
        the same connection id in its payload. The change is there before any node touches the \
        datagram: that tells it from all causes in the cluster. Without a readable connection \
        id it looks like a new client.
        """,
      remedy: """
        Nothing in the cluster is at fault. Use a protocol that survives it (QUIC, DTLS with \
        connection ids) and a balancer that routes by connection id; have clients send \
        keepalives often enough for the NAT on their side.
        """,
      references: [
        "kubernetes/kubernetes#106864",
        "eclipse-californium/californium#1353",
        "drogue-iot/drogue-cloud#334",
      ]
    )
  )

  private static func survey(_ evidence: Evidence) -> [Symptom] {
    evidence.rebinds.map { rebind in
      let (old, new) = (evidence.sessions[rebind.old], evidence.sessions[rebind.new])
      return Symptom(
        session: rebind.new,
        service: evidence.services[rebind.new],
        at: new.first,
        changed: evidence.changes(from: rebind.old, to: rebind.new),
        was: old.placements.last,
        now: new.placements.first,
        confidence: 0.8,
        because: [
          "the same connection id went on from \(new.client) after \(old.client) fell silent, before the cluster"
        ],
        group: "rebind"
      )
    }
  }
}
