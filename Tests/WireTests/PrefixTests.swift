import Testing
import Wire
import Workbench

/// A snap length may cut anywhere: what the bytes hold is told, and nothing beyond them is read.
@Suite struct `Every prefix of a frame` {
  private static let frames: [(link: LinkType, bytes: [UInt8])] = [
    (.ethernet, Frames.ethernet4),
    (.ethernet, Frames.ethernet6),
    (
      .ethernet,
      Frames.join(
        Frames.stations,
        [0x88, 0xa8, 0, 100, 0x81, 0x00, 0, 7, 0x08, 0],
        Frames.ipv4
      )
    ),
    (.linuxCooked, Frames.cooked),
    (.linuxCookedV2, Frames.cookedV2),
    (.null, Frames.join([2, 0, 0, 0], Frames.ipv4)),
    (.raw, Frames.vxlan(Frames.ethernet4)),
    (.raw, Frames.vxlan(Frames.ethernet6, port: 4789)),
    // Geneve with one word of options.
    (
      .raw,
      Frames.outer4(
        17,
        Frames.udp(
          to: 6081,
          Frames.join([1, 0, 0x65, 0x58, 0, 0, 7, 0, 1, 4, 0x80, 0], Frames.ethernet4)
        )
      )
    ),
    // GRE with checksum, key and sequence number.
    (
      .raw,
      Frames.outer4(
        47,
        Frames.join([0xb0, 0, 8, 0, 1, 2, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1], Frames.ipv4)
      )
    ),
    (.raw, Frames.outer4(4, Frames.outer4(41, Frames.ipv6))),
    // A port unreachable that quotes.
    (.raw, Frames.outer4(1, Frames.join([3, 3, 0, 0, 0, 0, 0, 0], Frames.ipv4))),
  ]

  @Test(arguments: frames)
  func `never traps and yields what its bytes hold`(link: LinkType, bytes: [UInt8]) throws {
    let whole = try #require(layers(bytes, link, bytes.count).last)
    for count in 0...bytes.count {
      let prefix = Array(bytes[..<count])
      for packet in layers(prefix, link, bytes.count) {
        expectInside(packet, count)
        #expect(packet.flaw == .none || packet.flaw.isTruncation)
        guard packet.depth == whole.depth, packet.kind == .datagram else { continue }
        // From the ports on, the leg is known, and the length by IP's or UDP's own.
        #expect(packet.tuple == whole.tuple)
        #expect(packet.payloadLength == whole.payloadLength)
        #expect(packet.payloadOffset == whole.payloadOffset)
        let held = max(0, count - Int(whole.payloadOffset))
        #expect(Int(packet.payloadCaptured) == min(Int(whole.payloadLength), held))
      }
      let portsEnd = Int(whole.payloadOffset) - 4
      if whole.kind == .datagram, count >= portsEnd {
        #expect(layers(prefix, link, bytes.count).last?.kind == .datagram)
      }
    }
  }

  /// A seeded walk over what the builder can make: random payloads, links, tunnels, cuts and damage.
  @Test(arguments: 1...8)
  func `and every damaged byte is survived`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<400 {
      var (link, bytes) = randomFrame(&generator)
      let original = bytes.count
      if generator.chance(0.5) { bytes.removeLast(generator.below(bytes.count)) }
      for _ in 0..<generator.below(4) where !bytes.isEmpty {
        bytes[generator.below(bytes.count)] = UInt8(truncatingIfNeeded: generator.next())
      }
      for packet in layers(bytes, link, original) {
        expectInside(packet, bytes.count)
        _ = packet.checksumState(in: bytes.span)
        _ = packet.announcedHardwareAddress(in: bytes.span)
        guard packet.kind == .datagram else { continue }
        _ = Fingerprint(of: packet, in: bytes.span)
        _ = ConnectionMark(PayloadBeginning(of: packet, in: bytes.span))
      }
    }
  }

  /// What was built is what is decoded, through every tunnel.
  @Test(arguments: 1...8)
  func `that is whole is decoded as it was built`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed &+ 100)
    for _ in 0..<200 {
      let tuple = randomTuple(&generator)
      let payload = generator.bytes(generator.below(300))
      let packet = UDPSegment(tuple, payload: payload).packet
      let (link, bytes) = randomFrame(&generator, around: packet)
      let decoded = try #require(layers(bytes, link, bytes.count).last)
      #expect(decoded.kind == .datagram)
      #expect(decoded.tuple == tuple)
      #expect(decoded.payload(in: bytes) == payload)
      #expect(decoded.checksumState(in: bytes.span) == .right)
    }
  }

  /// The packet and what is inside it, the quoted packet included.
  private func layers(_ bytes: [UInt8], _ link: LinkType, _ originalLength: Int) -> [Packet] {
    var layers = [Packet(bytes, as: link, originalLength: originalLength)]
    while let inner = layers[layers.count - 1].inner(in: bytes) { layers.append(inner) }
    if let quoted = layers[layers.count - 1].quoted(in: bytes) { layers.append(quoted) }
    return layers
  }

  private func expectInside(_ packet: Packet, _ count: Int) {
    #expect(Int(packet.end) <= count)
    switch packet.kind {
    case .datagram, .laterFragment, .icmpError:
      let end = Int(packet.payloadOffset) + Int(packet.payloadCaptured)
      #expect(packet.payloadCaptured == 0 || end <= count)
    default: break
    }
  }

  private func randomTuple(_ generator: inout SeededGenerator) -> FiveTuple {
    let isV4 = generator.chance(0.5)
    func address(_ generator: inout SeededGenerator) -> IPAddress {
      isV4
        ? IPAddress(v4: UInt32(truncatingIfNeeded: generator.next()))
        : IPAddress(high: 0x2001_0db8_0000_0000, low: generator.next())
    }
    // Ports below 1,024 and above 10,000 are no tunnel's.
    return FiveTuple(
      from: Endpoint(address(&generator), UInt16(generator.within(10_000...65_535))),
      to: Endpoint(address(&generator), UInt16(generator.within(1...1_023)))
    )
  }

  private func randomFrame(_ generator: inout SeededGenerator) -> (LinkType, [UInt8]) {
    let tuple = randomTuple(&generator)
    let segment = UDPSegment(tuple, payload: generator.bytes(generator.below(200)))
    return randomFrame(&generator, around: segment.packet)
  }

  private func randomFrame(
    _ generator: inout SeededGenerator,
    around packet: IPPacket
  ) -> (LinkType, [UInt8]) {
    let left = MACAddress(0x0200_0000_0001)
    let right = MACAddress(0x0200_0000_0002)
    let node = IPAddress(v4: 0xc0a8_630b)
    let other = IPAddress(v4: 0xc0a8_630d)
    var packet = packet
    for _ in 0..<generator.below(3) {
      let tunnel: Tunnel =
        switch generator.below(4) {
        case 0: .vxlan(network: 7, from: left, to: right)
        case 1: .geneve(network: 7, from: left, to: right, options: [1, 4, 0x80, 0])
        case 2: .gre(key: generator.chance(0.5) ? 9 : nil)
        default: .ip
        }
      packet = tunnel.wrap(packet, from: node, to: other)
    }
    let link: Link =
      switch generator.below(6) {
      case 0: .ethernet(from: left, to: right)
      case 1: .ethernet(from: left, to: right, vlans: [100, 7])
      case 2: .linuxCooked(.incoming, from: left)
      case 3: .linuxCookedV2(.outgoing, interface: 4, from: left)
      case 4: .raw
      default: .null
      }
    return (link.type, link.frame(packet))
  }
}
