import Testing
import Wire

@Suite struct `Link layers` {
  @Test(arguments: [
    ("Ethernet", LinkType.ethernet, Frames.ethernet4),
    // 802.1Q: VLAN 7.
    ("802.1Q", .ethernet, Frames.stations + [0x81, 0x00, 0, 7, 0x08, 0x00] + Frames.ipv4),
    // 802.1ad: service VLAN 100, customer VLAN 7.
    (
      "QinQ", .ethernet,
      Frames.stations + [0x88, 0xa8, 0, 100, 0x81, 0x00, 0, 7, 0x08, 0x00] + Frames.ipv4
    ),
    // The number that QinQ had before the standard.
    (
      "old QinQ", .ethernet,
      Frames.stations + [0x91, 0x00, 0, 100, 0x81, 0x00, 0, 7, 0x08, 0x00] + Frames.ipv4
    ),
    ("SLL", .linuxCooked, Frames.cooked),
    ("SLL2", .linuxCookedV2, Frames.cookedV2),
    ("raw", .raw, Frames.ipv4),
    ("raw, BSD's number", .rawBSD, Frames.ipv4),
    ("raw, OpenBSD's number", .rawOpenBSD, Frames.ipv4),
    ("IPv4", .ipv4, Frames.ipv4),
    // AF_INET, little-endian and big-endian.
    ("null, little-endian", .null, [2, 0, 0, 0] + Frames.ipv4),
    ("null, big-endian", .null, [0, 0, 0, 2] + Frames.ipv4),
    ("loop", .loop, [0, 0, 0, 2] + Frames.ipv4),
  ])
  func `carry an IPv4 datagram`(name: String, link: LinkType, bytes: [UInt8]) {
    let packet = Packet(bytes, as: link)
    #expect(packet.kind == .datagram)
    #expect(packet.flaw == .none)
    #expect(packet.tuple == FiveTuple(from: Frames.client, to: Frames.front))
    #expect(packet.hopLimit == 63)
    #expect(packet.identification == 0x1234)
    #expect(packet.checksum == 0xbeef)
    #expect(packet.payloadLength == 5)
    #expect(packet.payload(in: bytes) == Frames.hello)
    #expect(packet.features == [])
  }

  @Test(arguments: [
    ("Ethernet", LinkType.ethernet, Frames.ethernet6),
    ("802.1Q", .ethernet, Frames.stations + [0x81, 0x00, 0, 7, 0x86, 0xdd] + Frames.ipv6),
    ("SLL", .linuxCooked, Array(Frames.cooked[..<14]) + [0x86, 0xdd] + Frames.ipv6),
    ("SLL2", .linuxCookedV2, [0x86, 0xdd] + Frames.cookedV2[2..<20] + Frames.ipv6),
    ("raw", .raw, Frames.ipv6),
    ("IPv6", .ipv6, Frames.ipv6),
    // AF_INET6: Linux 10, NetBSD 24, FreeBSD 28, Darwin 30.
    ("null, Linux", .null, [10, 0, 0, 0] + Frames.ipv6),
    ("null, NetBSD", .null, [24, 0, 0, 0] + Frames.ipv6),
    ("null, FreeBSD", .null, [28, 0, 0, 0] + Frames.ipv6),
    ("null, Darwin, big-endian", .null, [0, 0, 0, 30] + Frames.ipv6),
    ("loop, OpenBSD", .loop, [0, 0, 0, 24] + Frames.ipv6),
  ])
  func `carry an IPv6 datagram`(name: String, link: LinkType, bytes: [UInt8]) {
    let packet = Packet(bytes, as: link)
    #expect(packet.kind == .datagram)
    #expect(packet.tuple == FiveTuple(from: Frames.client6, to: Frames.front6))
    #expect(packet.hopLimit == 62)
    #expect(packet.flowLabel == 0xabcde)
    #expect(packet.payload(in: bytes) == Frames.hello)
  }

  @Test(arguments: [
    (UInt8(0), Packet.Direction.incoming), (1, .incoming), (2, .incoming), (3, .otherHost),
    (4, .outgoing), (5, .unknown), (255, .unknown),
  ])
  func `that are cooked tell the direction`(type: UInt8, direction: Packet.Direction) {
    #expect(Packet(Frames.with(Frames.cooked, [1: type]), as: .linuxCooked).direction == direction)
    let v2 = Packet(Frames.with(Frames.cookedV2, [10: type]), as: .linuxCookedV2)
    #expect(v2.direction == direction)
    #expect(v2.interface == 5)
  }

  @Test func `that say nothing of a direction leave it unknown`() {
    let packet = Packet(Frames.ethernet4, as: .ethernet)
    #expect(packet.direction == .unknown)
    #expect(packet.interface == 0)
  }

  @Test(arguments: [
    // LLDP, and an IEEE 802.3 length.
    (LinkType.ethernet, Frames.stations + [0x88, 0xcc, 2, 7, 4], Flaw.none),
    (.ethernet, Frames.stations + [0x00, 0x26, 0x42, 0x42, 3], .none),
    // AF_UNIX.
    (.null, [1, 0, 0, 0] + Frames.ipv4, .none),
    (.ethernet, Array(Frames.ethernet4[..<13]), .cutLinkHeader),
    (.ethernet, Frames.stations + [0x81, 0x00, 0, 7, 0x08], .cutLinkHeader),
    (.linuxCooked, Array(Frames.cooked[..<15]), .cutLinkHeader),
    (.linuxCookedV2, Array(Frames.cookedV2[..<19]), .cutLinkHeader),
    (.null, [2, 0, 0], .cutLinkHeader),
    (.raw, [], .cutNetworkHeader),
    (.raw, [0x75, 0, 0, 0], .badVersion),
    // Ethernet promises IPv4 and carries a version of 6.
    (.ethernet, Frames.with(Frames.ethernet4, [14: 0x65]), .badVersion),
    (.ethernet, Frames.with(Frames.ethernet6, [14: 0x45]), .badVersion),
    // PPP is none of ours.
    (LinkType(rawValue: 9), Frames.ipv4, .unknownLinkType),
  ])
  func `without a packet say why`(link: LinkType, bytes: [UInt8], flaw: Flaw) {
    let packet = Packet(bytes, as: link)
    #expect(packet.kind == .none)
    #expect(packet.flaw == flaw)
  }

  @Test func `end the chain of VLAN tags`() {
    let tag: [UInt8] = [0x81, 0x00, 0, 7]
    let four = Frames.stations + tag + tag + tag + tag + [0x08, 0x00] + Frames.ipv4
    #expect(Packet(four, as: .ethernet).kind == .datagram)
    let five = Frames.stations + tag + tag + tag + tag + tag + [0x08, 0x00] + Frames.ipv4
    #expect(Packet(five, as: .ethernet).flaw == .cutLinkHeader)
  }

  @Test func `padded to Ethernet's least length keep the packet's own`() {
    let padded = Frames.ethernet4 + Array(repeating: 0, count: 13)
    #expect(Packet(padded, as: .ethernet).payload(in: padded) == Frames.hello)
  }
}
