import Testing
import Wire

@Suite struct `Tunnels` {
  private static let ethernet = Frames.ethernet4

  private static let known: [(name: String, bytes: [UInt8], tunnel: Packet.Tunnel)] = [
    ("VXLAN, Linux's port", Frames.vxlan(ethernet), .vxlan),
    ("VXLAN, the registered port", Frames.vxlan(ethernet, port: 4789), .vxlan),
    // No options, Ethernet (0x6558), network 7.
    ("Geneve", geneve([0, 0, 0x65, 0x58, 0, 0, 7, 0], ethernet), .geneve),
    // Two words of options: class 0x0104, type 0x80, one word of data.
    (
      "Geneve with options",
      geneve([2, 0, 0x65, 0x58, 0, 0, 7, 0, 1, 4, 0x80, 1, 0xde, 0xad, 0xbe, 0xef], ethernet),
      .geneve
    ),
    ("Geneve over IPv4", geneve([0, 0, 0x08, 0, 0, 0, 7, 0], Frames.ipv4), .geneve),
    ("GRE", gre([0, 0, 0x08, 0x00], Frames.ipv4), .gre),
    ("GRE with Ethernet", gre([0, 0, 0x65, 0x58], ethernet), .gre),
    ("GRE with a key", gre([0x20, 0, 0x08, 0, 0, 0, 0, 9], Frames.ipv4), .gre),
    ("GRE with a sequence number", gre([0x10, 0, 0x08, 0, 0, 0, 0, 9], Frames.ipv4), .gre),
    // Checksum and its reserved half, key, sequence number.
    (
      "GRE with everything",
      gre([0xb0, 0, 0x08, 0, 1, 2, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1], Frames.ipv4),
      .gre
    ),
    ("IPIP", Frames.outer4(4, Frames.ipv4), .ipInIP),
  ]

  private static func geneve(_ header: [UInt8], _ inner: [UInt8]) -> [UInt8] {
    Frames.outer4(17, Frames.udp(to: 6081, Frames.join(header, inner)))
  }

  private static func gre(_ header: [UInt8], _ inner: [UInt8]) -> [UInt8] {
    Frames.outer4(47, Frames.join(header, inner))
  }

  @Test(arguments: known)
  func `give the packet inside`(name: String, bytes: [UInt8], tunnel: Packet.Tunnel) throws {
    let outer = Packet(bytes)
    #expect(outer.tunnel == tunnel)
    #expect(outer.depth == 0)
    #expect(outer.hopLimit == 64)
    #expect(outer.tuple.source.address.description == "192.168.99.11")
    #expect(outer.kind == (tunnel == .vxlan || tunnel == .geneve ? .datagram : .tunnel))
    let inner = try #require(outer.inner(in: bytes))
    #expect(inner.kind == .datagram)
    #expect(inner.depth == 1)
    #expect(inner.hopLimit == 63)
    #expect(inner.tuple == FiveTuple(from: Frames.client, to: Frames.front))
    #expect(inner.payload(in: bytes) == Frames.hello)
    #expect(inner.inner(in: bytes) == nil)
  }

  @Test func `6in4 gives the IPv6 packet inside`() throws {
    let bytes = Frames.outer4(41, Frames.ipv6)
    let inner = try #require(Packet(bytes).inner(in: bytes))
    #expect(inner.tuple == FiveTuple(from: Frames.client6, to: Frames.front6))
    #expect(inner.payload(in: bytes) == Frames.hello)
  }

  @Test func `hand direction and interface to what is inside`() throws {
    let bytes = Array(Frames.cookedV2[..<20]) + Frames.vxlan(Self.ethernet)
    let inner = try #require(Packet(bytes, as: .linuxCookedV2).inner(in: bytes))
    #expect(inner.direction == .otherHost)
    #expect(inner.interface == 5)
  }

  private static let plain: [(name: String, payload: [UInt8])] = [
    ("text", Array("Hello UDP".utf8)),
    ("nothing", []),
    ("VXLAN without the flag", Frames.join([0, 0, 0, 0, 0, 0, 7, 0], ethernet)),
    ("VXLAN with a reserved byte", Frames.join([8, 0, 0, 0, 0, 0, 7, 1], ethernet)),
    (
      "VXLAN with LLDP inside",
      Frames.join(Frames.vxlanHeader, Frames.stations, [0x88, 0xcc, 2, 7])
    ),
    // The inner IPv4 header has a length of 16.
    ("VXLAN with a bad packet", Frames.join(Frames.vxlanHeader, Frames.with(ethernet, [14: 0x44]))),
  ]

  @Test(arguments: plain)
  func `are none where a client has the port 8472`(name: String, payload: [UInt8]) {
    let bytes = Frames.outer4(17, Frames.udp(to: 8472, payload))
    let packet = Packet(bytes)
    #expect(packet.kind == .datagram)
    #expect(packet.flaw == .none)
    #expect(packet.tuple.destination.port == 8472)
    #expect(packet.payloadLength == UInt32(payload.count))
    #expect(packet.inner(in: bytes) == nil)
  }

  @Test func `are none in replies to such a client`() {
    // From 8472: only the destination names a tunnel.
    let reply = Frames.with(Frames.vxlan(Self.ethernet), [20: 0x21, 21: 0x18, 22: 0x4e, 23: 0x21])
    #expect(Packet(reply).tunnel == .none)
  }

  @Test(arguments: [
    // PPTP's version 1, and routing (RFC 1701's own), which nobody sends any more.
    ("version 1", [0x20, 0x01, 0x08, 0x00, 0, 0, 0, 9] as [UInt8]),
    ("an unknown protocol", [0, 0, 0x88, 0xcc]),
  ])
  func `of GRE that we do not know stay closed`(name: String, header: [UInt8]) {
    let bytes = Frames.outer4(47, header + Frames.ipv4)
    #expect(Packet(bytes).kind == .tunnel)
    #expect(Packet(bytes).inner(in: bytes) == nil)
  }

  @Test func `inside each other are followed to a bound`() {
    var bytes = Frames.ipv4
    for _ in 0..<6 { bytes = Frames.outer4(4, bytes) }
    var packet = Packet(bytes)
    var count = 0
    while let inner = packet.inner(in: bytes) {
      packet = inner
      count += 1
    }
    #expect(count == 4)
    #expect(packet.depth == 4)
    #expect(packet.kind == .tunnel)
  }

  @Test func `cut by the snap length are tunnels still`() throws {
    let whole = Frames.vxlan(Self.ethernet)
    // 20 + 8 + 8 + 14 bytes of headers, and 12 of the inner IPv4 header.
    let bytes = Array(whole[..<62])
    let packet = Packet(bytes, originalLength: whole.count)
    #expect(packet.kind == .datagram)
    let inner = try #require(packet.inner(in: bytes))
    #expect(inner.kind == .none)
    #expect(inner.flaw == .cutNetworkHeader)
  }

  @Test func `of which the inner packet claims more than the outer one has are none`() {
    // The inner total length says 34, one more than is inside.
    let bytes = Frames.vxlan(Frames.with(Self.ethernet, [17: 34]))
    #expect(Packet(bytes).inner(in: bytes) == nil)
  }

  @Test func `that were fragmented on the way show their first packet`() throws {
    // Outer: more fragments follow. Inner: claims 1,000 bytes; UDP claims 980.
    let inside = Frames.with(Self.ethernet, [16: 0x03, 17: 0xe8, 38: 0x03, 39: 0xd4])
    let bytes = Frames.with(Frames.vxlan(inside), [6: 0x20])
    let inner = try #require(Packet(bytes).inner(in: bytes))
    #expect(inner.kind == .datagram)
    #expect(inner.payloadLength == 972)
    #expect(inner.payload(in: bytes) == Frames.hello)
  }
}
