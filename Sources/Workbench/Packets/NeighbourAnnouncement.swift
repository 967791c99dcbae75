public import Wire

/// "This address is now at this MAC": a gratuitous ARP reply, or an unsolicited neighbour advertisement.
public struct NeighbourAnnouncement: Hashable, Sendable {
  public var address: IPAddress
  public var station: MACAddress

  public init(_ address: IPAddress, at station: MACAddress) {
    self.address = address
    self.station = station
  }

  /// What follows the link header, and its Ethernet type.
  public var body: (type: UInt16, bytes: [UInt8]) {
    address.isV4 ? (0x0806, arp) : (0x86dd, advertisement)
  }

  /// RFC 826, with sender and target the same address.
  private var arp: [UInt8] {
    var bytes: [UInt8] = [0, 1, 8, 0, 6, 4, 0, 2]
    for target in [station, .broadcast] {
      bytes += target.bytes
      bytes.append32(address.v4Bits)
    }
    return bytes
  }

  /// RFC 4861, 4.4 to all nodes, with the override flag and the target's link-layer address.
  private var advertisement: [UInt8] {
    let everyone = IPAddress(high: 0xff02 << 48, low: 1)
    var bytes: [UInt8] = [136, 0, 0, 0, 0x20, 0, 0, 0]
    bytes.append64(address.high)
    bytes.append64(address.low)
    bytes += [2, 1] + station.bytes
    var sum = InternetSum()
    sum.addPseudoHeader(from: address, to: everyone, over: .icmpV6, count: bytes.count)
    sum.add(bytes[...])
    bytes.set16(sum.checksum, at: 2)
    var packet = IPPacket(from: address, to: everyone, over: .icmpV6, payload: bytes)
    packet.hopLimit = 255
    return packet.bytes
  }
}
