import Wire

extension NodeObserver {
  /// Takes in what is no whole datagram.
  mutating func observe(_ event: SightingBatch.Event) {
    switch event.kind {
    case .laterFragment:
      fragments.add(event)
    case .icmp(let quoted):
      append(
        .refusal(
          Refusal(
            source: event.packet.tuple.source.address,
            type: event.packet.icmpType,
            code: event.packet.icmpCode,
            leg: quoted.tuple,
            time: event.time,
            witness: event.witness
          )
        )
      )
    case .announcement(let hardware):
      append(
        .announcement(
          Announcement(
            address: event.packet.tuple.source.address,
            hardware: hardware,
            time: event.time,
            witness: event.witness
          )
        )
      )
    case .wrongChecksum(let inner):
      append(
        .wrongChecksum(
          WrongChecksum(
            outer: event.packet.tuple,
            inner: inner,
            time: event.time,
            witness: event.witness
          )
        )
      )
    }
  }

  /// Keeps a rare observation, of which a flood keeps only the beginning.
  mutating func append(_ observation: Observation) {
    guard observations.count < Self.rareLimit else {
      countEvicted(by: 1)
      return
    }
    observations.append(observation)
  }

  private static let rareLimit = 1 << 20
}
