import Testing
import Wire

@Suite struct `ICMP errors and neighbours` {
  /// ICMPv4: type, code, no checksum, four unused bytes, then the quote.
  private static func icmp4(_ type: UInt8, _ code: UInt8, _ quote: [UInt8]) -> [UInt8] {
    Frames.outer4(1, [type, code, 0, 0, 0, 0, 0, 0] + quote)
  }

  /// ICMPv6 from 2001:db8:1b::7, with this body after the four bytes of type, code and checksum.
  private static func icmp6(_ type: UInt8, _ code: UInt8, _ body: [UInt8]) -> [UInt8] {
    let payload = [type, code, 0, 0] + body
    var header = Frames.with(
      Frames.ipv6Header,
      [4: UInt8(payload.count >> 8), 5: UInt8(payload.count & 0xff), 6: 58]
    )
    header.swapAt(15, 23)
    return header + payload
  }

  @Test(arguments: [
    ("port unreachable", UInt8(3), UInt8(3)), ("fragmentation needed", 3, 4),
    ("source quench", 4, 0), ("redirect", 5, 1), ("time exceeded", 11, 0),
    ("parameter problem", 12, 0),
  ])
  func `of IPv4 quote the packet that failed`(name: String, type: UInt8, code: UInt8) throws {
    let bytes = Self.icmp4(type, code, Frames.ipv4)
    let packet = Packet(bytes)
    #expect(packet.kind == .icmpError)
    #expect(packet.icmpType == type)
    #expect(packet.icmpCode == code)
    #expect(packet.tuple.source.address.description == "192.168.99.11")
    let quoted = try #require(packet.quoted(in: bytes))
    #expect(quoted.kind == .datagram)
    #expect(quoted.tuple == FiveTuple(from: Frames.client, to: Frames.front))
    #expect(quoted.identification == 0x1234)
  }

  @Test func `quote as little as eight bytes of UDP`() throws {
    // RFC 792's least: the IP header says 1,000 bytes, the quote has 28.
    let quote = Frames.with(Array(Frames.ipv4[..<28]), [2: 0x03, 3: 0xe8, 24: 0x03, 25: 0xd4])
    let bytes = Self.icmp4(3, 3, quote)
    let quoted = try #require(Packet(bytes).quoted(in: bytes))
    #expect(quoted.kind == .datagram)
    #expect(quoted.tuple == FiveTuple(from: Frames.client, to: Frames.front))
    #expect(quoted.payloadLength == 972)
    #expect(quoted.payloadCaptured == 0)
  }

  @Test(arguments: [
    ("port unreachable", UInt8(1), UInt8(4)), ("too big", 2, 0), ("exceeded", 3, 0),
    ("parameter", 4, 1),
  ])
  func `of IPv6 quote the packet that failed`(name: String, type: UInt8, code: UInt8) throws {
    let bytes = Self.icmp6(type, code, [0, 0, 5, 0] + Frames.ipv6)
    let packet = Packet(bytes)
    #expect(packet.kind == .icmpError)
    #expect(packet.icmpType == type)
    #expect(packet.icmpCode == code)
    let quoted = try #require(packet.quoted(in: bytes))
    #expect(quoted.tuple == FiveTuple(from: Frames.client6, to: Frames.front6))
  }

  @Test(arguments: [
    // Echo request, echo reply, time stamp.
    icmp4(8, 0, Frames.ipv4), icmp4(0, 0, Frames.ipv4), icmp4(13, 0, Frames.ipv4),
    // Echo request, neighbour solicitation, router advertisement.
    icmp6(128, 0, [0, 0, 0, 0] + Frames.ipv6), icmp6(135, 0, Array(repeating: 0, count: 20)),
    icmp6(134, 0, Array(repeating: 0, count: 20)),
  ])
  func `are told from other messages`(bytes: [UInt8]) {
    let packet = Packet(bytes)
    #expect(packet.kind == .other)
    #expect(packet.quoted(in: bytes) == nil)
  }

  @Test func `that quote no packet say so`() {
    #expect(
      Packet(Self.icmp4(3, 3, [1, 2, 3, 4])).quoted(in: Self.icmp4(3, 3, [1, 2, 3, 4])) == nil
    )
    #expect(Packet(Self.icmp4(3, 3, [])).kind == .icmpError)
    #expect(Packet(Self.icmp4(3, 3, [])).quoted(in: Self.icmp4(3, 3, [])) == nil)
  }

  /// ARP for IPv4 over Ethernet: operation, sender 02:00:00:00:00:0a, target 02:00:00:00:00:0b.
  private func arp(_ operation: UInt8, from sender: [UInt8], for target: [UInt8]) -> [UInt8] {
    Frames.stations + [0x08, 0x06] + [0, 1, 8, 0, 6, 4, 0, operation]
      + [2, 0, 0, 0, 0, 0x0a] + sender + [2, 0, 0, 0, 0, 0x0b] + target
  }

  @Test(arguments: [UInt8(1), 2])
  func `announce an address by gratuitous ARP`(operation: UInt8) {
    let bytes = arp(operation, from: [198, 51, 100, 7], for: [198, 51, 100, 7])
    let packet = Packet(bytes, as: .ethernet)
    #expect(packet.kind == .neighbour)
    #expect(packet.isUnsolicitedAnnouncement)
    #expect(packet.tuple.source.address == Frames.front.address)
    #expect(packet.announcedHardwareAddress(in: bytes.span) == 0x0200_0000_000a)
  }

  @Test func `ask and answer by ordinary ARP`() {
    let bytes = arp(1, from: [192, 168, 99, 11], for: [198, 51, 100, 7])
    let packet = Packet(bytes, as: .ethernet)
    #expect(packet.kind == .neighbour)
    #expect(!packet.isUnsolicitedAnnouncement)
    #expect(packet.tuple.destination.address == Frames.front.address)
  }

  /// A neighbour advertisement for 2001:db8:1b::7 with the target's link-layer address.
  private func advertisement(flags: UInt8, option: [UInt8] = [2, 1, 2, 0, 0, 0, 0, 0x0a]) -> [UInt8]
  {
    Self.icmp6(
      136,
      0,
      [flags, 0, 0, 0] + [0x20, 0x01, 0x0d, 0xb8, 0x00, 0x1b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7] + option
    )
  }

  @Test func `announce an address by an advertisement that nobody asked for`() {
    // Override alone.
    let bytes = advertisement(flags: 0x20)
    let packet = Packet(bytes)
    #expect(packet.kind == .neighbour)
    #expect(packet.icmpType == 136)
    #expect(packet.isUnsolicitedAnnouncement)
    #expect(packet.tuple.source.address == Frames.front6.address)
    #expect(packet.announcedHardwareAddress(in: bytes.span) == 0x0200_0000_000a)
  }

  @Test func `answer a solicitation by one that says so`() {
    // Solicited and override.
    let packet = Packet(advertisement(flags: 0x60))
    #expect(packet.icmpType == 136)
    #expect(packet.icmpCode == 0x60)
    #expect(!packet.isUnsolicitedAnnouncement)
  }

  @Test func `need not name a station`() {
    let bare = advertisement(flags: 0x20, option: [])
    #expect(Packet(bare).isUnsolicitedAnnouncement)
    #expect(Packet(bare).announcedHardwareAddress(in: bare.span) == nil)
    // The source link-layer address (1) is not the target's.
    let other = advertisement(flags: 0x20, option: [1, 1, 2, 0, 0, 0, 0, 0x0a])
    #expect(Packet(other).announcedHardwareAddress(in: other.span) == nil)
  }

  @Test func `are read from ARP for IPv4 over Ethernet alone`() {
    let bytes = arp(1, from: [198, 51, 100, 7], for: [198, 51, 100, 7])
    // A protocol of IPv6, a hardware length of 8, and a message cut by a byte.
    #expect(Packet(Frames.with(bytes, [16: 0x86, 17: 0xdd]), as: .ethernet).kind == .none)
    #expect(Packet(Frames.with(bytes, [18: 8]), as: .ethernet).kind == .none)
    #expect(Packet(Array(bytes.dropLast()), as: .ethernet).kind == .none)
  }
}
