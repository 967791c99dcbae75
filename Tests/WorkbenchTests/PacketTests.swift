import Testing
import Wire
import Workbench

private let clientV4 = Endpoint(IPAddress(v4: 0xcb00_7101), 40_000)
private let frontV4 = Endpoint(IPAddress(v4: 0xc633_6407), 20_001)
private let clientV6 = Endpoint(IPAddress(high: 0x2001_0db8_00cc_0000, low: 1), 40_000)
private let frontV6 = Endpoint(IPAddress(high: 0x2001_0db8_001b_0000, low: 7), 20_001)
private let left = MACAddress(0x0200_0000_0001)
private let right = MACAddress(0x0200_0000_0002)
private let moment = Timestamp(nanoseconds: 1_795_220_416_342_470_912)

private func segment(isV6: Bool, _ checksum: UDPSegment.Checksum = .correct) -> UDPSegment {
  UDPSegment(
    FiveTuple(from: isV6 ? clientV6 : clientV4, to: isV6 ? frontV6 : frontV4),
    payload: Array("Hello UDP Client".utf8),
    checksum: checksum
  )
}

private func savefile(_ link: Link, _ packets: [IPPacket]) -> [UInt8] {
  Savefile.pcap(packets.map { Record(at: moment, link.frame($0)) }, link: link.type)
}

/// What tshark is given is what it must say: it is the independent reader of our bytes.
@Suite struct `Frames that tshark decodes` {
  @Test(arguments: [
    Link.ethernet(from: left, to: right),
    .ethernet(from: left, to: right, vlans: [7]),
    .ethernet(from: left, to: right, vlans: [100, 7]),
    .linuxCooked(.incoming, from: left),
    .linuxCookedV2(.otherHost, interface: 5, from: left),
    .raw, .null, .loop,
  ])
  func `on every link layer, in both families`(link: Link) throws {
    let packets = [segment(isV6: false).packet, segment(isV6: true).packet]
    #expect(
      try dissect(
        savefile(link, packets),
        "ip.src",
        "ipv6.src",
        "udp.srcport",
        "udp.dstport",
        "udp.checksum.status",
        "data.text"
      ) == [
        "203.0.113.1  40000 20001 1", " 2001:db8:cc::1 40000 20001 1",
      ]
    )
  }

  @Test func `say direction and interface in SLL2`() throws {
    let link = Link.linuxCookedV2(.outgoing, interface: 42, from: left)
    #expect(
      try dissect(
        savefile(link, [segment(isV6: false).packet]),
        "sll.pkttype",
        "sll.ifindex",
        "sll.src.eth"
      )
        == ["4 42 02:00:00:00:00:01"]
    )
  }

  @Test(arguments: [
    (UDPSegment.Checksum.correct, "1"), (.zero, "3"), (.wrong, "0"), (.partial, "0"),
  ])
  func `have the checksum asked for`(checksum: UDPSegment.Checksum, status: String) throws {
    #expect(
      try dissect(
        savefile(.raw, [segment(isV6: false, checksum).packet]),
        "udp.checksum.status"
      ) == [status]
    )
  }

  @Test func `show the partial checksum that the recordings show`() throws {
    // The first datagram of iptables-hostgw-cluster: 40 bytes, partial 0x667e.
    let tuple = FiveTuple(from: clientV4, to: frontV4)
    let bytes = UDPSegment(
      tuple,
      payload: [UInt8](repeating: 0x78, count: 40),
      checksum: .partial
    ).bytes
    #expect(bytes[6...7] == [0x66, 0x7e])
  }

  @Test func `carry IPv4 header fields and options`() throws {
    var packet = segment(isV6: false).packet
    packet.hopLimit = 61
    packet.identification = 7_013
    packet.dontFragment = true
    packet.trafficClass = 0xb8
    // A record-route option of seven bytes, and its padding.
    packet.options = [7, 7, 4, 0, 0, 0, 0]
    #expect(
      try dissect(
        savefile(.raw, [packet]),
        "ip.hdr_len",
        "ip.ttl",
        "ip.id",
        "ip.flags.df",
        "ip.dsfield",
        "ip.checksum.status",
        "udp.checksum.status"
      ) == ["28 61 0x1b65 1 0xb8 1 1"]
    )
  }

  @Test func `carry IPv6 extension headers`() throws {
    var packet = segment(isV6: true).packet
    packet.hopLimit = 61
    packet.flowLabel = 0xdd0d9
    packet.extensions = [.hopByHop, .destinationOptions]
    #expect(
      try dissect(
        savefile(.raw, [packet]),
        "ipv6.hlim",
        "ipv6.flow",
        "ipv6.hopopts.nxt",
        "ipv6.dstopts.nxt",
        "udp.checksum.status"
      ) == ["61 0x0dd0d9 60 17 1"]
    )
  }

  @Test(arguments: [false, true])
  func `are put together again from fragments`(isV6: Bool) throws {
    var whole = segment(isV6: isV6)
    whole.payload = (0..<3_004).map { UInt8(truncatingIfNeeded: $0) }
    var packet = whole.packet
    packet.identification = 0x1243
    let fragments = packet.fragments(mtu: 1_500)
    #expect(fragments.count == 3)
    #expect(fragments.map(\.fragmentOffset) == (isV6 ? [0, 1_448, 2_896] : [0, 1_480, 2_960]))
    #expect(fragments.allSatisfy { $0.bytes.count <= 1_500 })
    #expect(
      try dissect(savefile(.raw, fragments), "udp.length", "udp.checksum.status").last == "3012 1"
    )
    // As a router with a smaller link would, from the fragments alone.
    let again = fragments.flatMap { $0.fragments(mtu: 1_450) }
    #expect(
      try dissect(savefile(.raw, again), "udp.length", "udp.checksum.status").last == "3012 1"
    )
  }

  @Test(arguments: [false, true])
  func `quote a packet in an ICMP error`(isV6: Bool) throws {
    let lost = segment(isV6: isV6).packet
    let error = ICMPError(.portUnreachable, quoting: lost.bytes)
      .packet(from: lost.destination, to: lost.source)
    #expect(
      try dissect(
        savefile(.raw, [error]),
        isV6 ? "icmpv6.type" : "icmp.type",
        isV6 ? "icmpv6.code" : "icmp.code",
        isV6 ? "icmpv6.checksum.status" : "icmp.checksum.status",
        "udp.srcport",
        "udp.dstport"
      )
        == [isV6 ? "1 4 1 40000 20001" : "3 3 1 40000 20001"]
    )
  }

  @Test(arguments: [false, true])
  func `name the MTU that was too small`(isV6: Bool) throws {
    let lost = segment(isV6: isV6).packet
    let error = ICMPError(.tooBig(mtu: 1_450), quoting: lost.bytes)
      .packet(from: lost.destination, to: lost.source)
    #expect(
      try dissect(
        savefile(.raw, [error]),
        isV6 ? "icmpv6.type" : "icmp.type",
        isV6 ? "icmpv6.mtu" : "icmp.mtu"
      ) == [isV6 ? "2 1450" : "3 1450"]
    )
  }

  @Test func `announce a moved address`() throws {
    let link = Link.ethernet(from: left, to: .broadcast)
    let records = [frontV4.address, frontV6.address].map {
      Record(at: moment, link.frame(NeighbourAnnouncement($0, at: left)))
    }
    #expect(
      try dissect(
        Savefile.pcap(records, link: .ethernet),
        "arp.isgratuitous",
        "arp.opcode",
        "arp.src.proto_ipv4",
        "arp.src.hw_mac",
        "icmpv6.type",
        "icmpv6.nd.na.target_address",
        "icmpv6.checksum.status",
        "icmpv6.opt.linkaddr"
      ) == [
        "1 2 198.51.100.7 02:00:00:00:00:01",
        "    136 2001:db8:1b::7 1 02:00:00:00:00:01",
      ]
    )
  }

  @Test(arguments: [
    (Tunnel.vxlan(network: 1, from: left, to: right), "vxlan.vni", "1"),
    (.vxlan(network: 9, port: 4_789, from: left, to: right), "vxlan.vni", "9"),
    (.geneve(network: 5, from: left, to: right), "geneve.vni", "0x000005"),
    (.gre(), "gre.proto", "0x0800"),
    (.gre(key: 77), "gre.key", "0x0000004d"),
    (.ip, "ip.ttl", "62,64"),
  ])
  func `lie inside every tunnel`(tunnel: Tunnel, field: String, value: String) throws {
    var inner = segment(isV6: false).packet
    inner.hopLimit = 62
    inner.identification = 7_013
    // The fields of the outer packet come last: tshark prints them in the order that it meets them.
    let outer = tunnel.wrap(
      inner,
      from: IPAddress(v4: 0xc0a8_630b),
      to: IPAddress(v4: 0xc0a8_630d),
      checksum: .correct
    )
    let fields = try dissect(savefile(.raw, [outer]), field, "ip.src", "udp.dstport", "udp.payload")
    let expected = field == "ip.ttl" ? "64,62" : value
    #expect(fields.first?.hasPrefix("\(expected) 192.168.99.11,203.0.113.1 ") == true)
    #expect(fields.first?.contains("20001") == true)
  }

  @Test func `carry IPv4 in IPv6 and IPv6 in IPv4`() throws {
    let sixInFour = Tunnel.ip.wrap(
      segment(isV6: true).packet,
      from: clientV4.address,
      to: frontV4.address
    )
    let fourInSix = Tunnel.ip.wrap(
      segment(isV6: false).packet,
      from: clientV6.address,
      to: frontV6.address
    )
    #expect(
      try dissect(savefile(.raw, [sixInFour, fourInSix]), "ip.proto", "ipv6.nxt", "udp.dstport")
        == [
          "41 17 20001", "17 4 20001",
        ]
    )
  }

  @Test func `keep their wire length when the snap length cuts them`() throws {
    let record = Record(at: moment, segment(isV6: false).packet.bytes).cut(to: 30)
    #expect(
      try dissect(
        Savefile.pcap([record], link: .raw, snapLength: 30),
        "frame.cap_len",
        "frame.len",
        "udp.dstport"
      ) == ["30 44 20001"]
    )
  }

  @Test func `name their interface in pcapng`() throws {
    let record = Record(at: moment, segment(isV6: false).packet.bytes)
    let bytes = Savefile.pcapng(
      interfaces: [("n1", .raw), ("n2", .raw)],
      [(1, record), (0, record)]
    )
    #expect(
      try dissect(bytes, "frame.interface_name", "frame.time_epoch", "udp.dstport") == [
        "n2 1795220416.342470912 20001", "n1 1795220416.342470912 20001",
      ]
    )
  }
}
