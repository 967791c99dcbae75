public import Wire

/// How a packet stood on the medium where it was captured.
public enum Link: Hashable, Sendable {
  /// As SLL headers number it: for us, to all, to some, to another host, or sent by us.
  public enum Direction: UInt8, Hashable, Sendable {
    case incoming = 0
    case broadcast = 1
    case multicast = 2
    case otherHost = 3
    case outgoing = 4
  }

  case ethernet(from: MACAddress, to: MACAddress, vlans: [UInt16] = [])
  case linuxCooked(Direction, from: MACAddress)
  case linuxCookedV2(Direction, interface: UInt32, from: MACAddress)
  case raw
  /// BSD loopback, written by a little-endian host.
  case null
  case loop

  public var type: LinkType {
    switch self {
    case .ethernet: .ethernet
    case .linuxCooked: .linuxCooked
    case .linuxCookedV2: .linuxCookedV2
    case .raw: .raw
    case .null: .null
    case .loop: .loop
    }
  }

  public func frame(_ packet: IPPacket) -> [UInt8] {
    frame(packet.bytes, etherType: packet.isV4 ? 0x0800 : 0x86dd)
  }

  public func frame(_ announcement: NeighbourAnnouncement) -> [UInt8] {
    frame(announcement.body.bytes, etherType: announcement.body.type)
  }

  public func frame(_ body: [UInt8], etherType: UInt16) -> [UInt8] {
    header(etherType: etherType) + body
  }

  private func header(etherType: UInt16) -> [UInt8] {
    var bytes: [UInt8] = []
    switch self {
    case .ethernet(let source, let destination, let vlans):
      bytes += destination.bytes + source.bytes
      for (index, vlan) in vlans.enumerated() {
        // 802.1ad puts its own type on every tag but the innermost.
        bytes.append16(index + 1 < vlans.count ? 0x88a8 : 0x8100)
        bytes.append16(vlan)
      }
      bytes.append16(etherType)
    case .linuxCooked(let direction, let source):
      bytes += [0, direction.rawValue, 0, 1, 0, 6] + source.bytes + [0, 0]
      bytes.append16(etherType)
    case .linuxCookedV2(let direction, let interface, let source):
      bytes.append16(etherType)
      bytes += [0, 0]
      bytes.append32(interface)
      bytes += [0, 1, direction.rawValue, 6] + source.bytes + [0, 0]
    case .raw:
      break
    case .null:
      // AF_INET, and AF_INET6 as macOS numbers it.
      bytes += [etherType == 0x0800 ? 2 : 30, 0, 0, 0]
    case .loop:
      bytes += [0, 0, 0, etherType == 0x0800 ? 2 : 24]
    }
    return bytes
  }
}
