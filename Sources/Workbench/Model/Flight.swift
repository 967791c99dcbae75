internal import Wire

/// One IP datagram on its way, whole even where the wire carries it in fragments.
struct Flight {
  enum Content {
    case datagram
    /// An ICMP error about a datagram that wore these header fields when it failed.
    indirect case error(ICMPError.Reason, about: Flight)
  }

  var content = Content.datagram
  var tuple: FiveTuple
  var payload: [UInt8] = []
  var hopLimit: UInt8 = 64
  var identification: UInt32 = 0
  var dontFragment = true
  var flowLabel: UInt32 = 0
  /// The size of the largest packet that it was last cut into; none while it is whole.
  var pieceSize: Int?
  /// Whether its later fragments are gone.
  var hasLostTail = false
  /// Whether nobody has completed its checksum yet.
  var isPartial = true
  /// The client's datagram that this is, or that it answers.
  var serial: Int?
  var isReply = false
  /// Whether it stays on a bridge, from one of its ports to another.
  var isSwitched = false

  /// As it is once hardware has completed its checksum.
  var completed: Flight {
    var flight = self
    flight.isPartial = false
    return flight
  }

  var isError: Bool {
    if case .error = content { true } else { false }
  }

  /// The packet as a link of this MTU sees it.
  var packets: [IPPacket] {
    var packet: IPPacket
    switch content {
    case .datagram:
      let isFragmented = pieceSize != nil
      packet =
        UDPSegment(
          tuple,
          payload: payload,
          checksum: isPartial && !isFragmented ? .partial : .correct
        )
        .packet
      packet.dontFragment = dontFragment && tuple.source.address.isV4
    case .error(let reason, let failed):
      let quoted = failed.packets.first?.bytes ?? []
      packet = ICMPError(reason, quoting: quoted)
        .packet(from: tuple.source.address, to: tuple.destination.address)
    }
    packet.hopLimit = hopLimit
    packet.identification = identification
    packet.flowLabel = flowLabel
    guard let pieceSize else { return [packet] }
    let pieces = packet.fragments(mtu: pieceSize)
    return hasLostTail ? Array(pieces.prefix(1)) : pieces
  }

  /// The length of the whole IP packet.
  var length: Int {
    (tuple.source.address.isV4 ? 20 : 40) + 8 + payload.count
  }

  /// Cuts it for a link, as a sender or an IPv4 router does.
  mutating func cut(to mtu: Int, using generator: inout SeededGenerator) {
    let size = min(pieceSize ?? mtu, mtu)
    guard length > size else { return }
    pieceSize = size
    // A router that puts an IPv6 datagram together and takes it apart again chooses a new id; IPv4 keeps the old one.
    if !tuple.source.address.isV4 {
      identification = UInt32(truncatingIfNeeded: generator.next())
    }
  }
}
