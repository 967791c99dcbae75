internal import Correlation
package import Wire

/// Which frames of a ring are wanted: those that hold a datagram of these addresses, in a tunnel or not, the later fragments
/// of one, an ICMP error about one, and announcements of one of the addresses.
package struct EvidenceFilter {
  /// Whose later fragments are wanted too.
  private struct FragmentKey: Hashable {
    var source: IPAddress
    var destination: IPAddress
    var identification: UInt32

    init(_ packet: Packet) {
      source = packet.tuple.source.address
      destination = packet.tuple.destination.address
      identification = packet.identification
    }
  }

  /// Both directions of what has every address and port.
  private var exact: Set<FiveTuple> = []
  private var open: [FiveTuple] = []
  private var addresses: Set<IPAddress> = []
  private var fragments: Set<FragmentKey> = []

  private static let mostFragments = 4_096

  package init(_ wanted: [FiveTuple]) {
    for pair in wanted {
      for end in [pair.source, pair.destination] where !end.address.isUnspecified {
        addresses.insert(end.address)
      }
      if pair.source.isWhole, pair.destination.isWhole {
        exact.formUnion([pair, pair.reversed])
      } else {
        open.append(pair)
      }
    }
  }

  package mutating func wants(
    _ frame: Span<UInt8>,
    as link: LinkType,
    originalLength: Int
  ) -> Bool {
    var packet = Packet()
    packet.decode(frame, as: link, originalLength: originalLength)
    var layer = packet
    while !isWanted(layer, frame) {
      guard let inner = layer.inner(in: frame) else { return false }
      layer = inner
    }
    noteFragments(of: packet, frame)
    return true
  }

  /// Has the later fragments of a datagram that is wanted, and of the tunnel's packet around it, be wanted too.
  private mutating func noteFragments(of packet: Packet, _ frame: Span<UInt8>) {
    var layer: Packet? = packet
    while let this = layer {
      if this.features.contains(.isFirstFragment), fragments.count < Self.mostFragments {
        fragments.insert(FragmentKey(this))
      }
      layer = this.inner(in: frame)
    }
  }

  private func isWanted(_ packet: Packet, _ frame: Span<UInt8>) -> Bool {
    switch packet.kind {
    case .datagram: return isWanted(packet.tuple)
    case .laterFragment: return fragments.contains(FragmentKey(packet))
    case .icmpError:
      guard let quoted = packet.quoted(in: frame), quoted.kind == .datagram else { return false }
      return isWanted(quoted.tuple)
    case .neighbour:
      return packet.isUnsolicitedAnnouncement && addresses.contains(packet.tuple.source.address)
    default: return false
    }
  }

  private func isWanted(_ tuple: FiveTuple) -> Bool {
    exact.contains(tuple) || open.contains { $0.covers(tuple) || $0.covers(tuple.reversed) }
  }
}
