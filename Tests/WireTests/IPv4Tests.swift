import Testing
import Wire

@Suite struct `IPv4` {
  /// IHL 6 and 37 bytes in all: one word of options.
  private func withOptions(_ options: [UInt8]) -> [UInt8] {
    let words = options.count / 4
    let header = Frames.with(
      Frames.ipv4Header,
      [0: UInt8(0x45 + words), 3: UInt8(33 + options.count)]
    )
    return header + options + Frames.udp
  }

  @Test(arguments: [
    // No-op three times, then the end.
    ([1, 1, 1, 0] as [UInt8], false),
    // Router alert (148), and record route (7) with room for one address.
    ([148, 4, 0, 0], false),
    ([7, 7, 4, 0, 0, 0, 0, 0], false),
    // Cilium's DSR option: type 154, eight bytes, port and address of the front.
    ([154, 8, 0x4e, 0x21, 198, 51, 100, 7], true),
    ([1, 1, 154, 2], true),
    // What follows the end of the options is padding.
    ([0, 154, 8, 1], false),
    // An option that claims no length ends the search.
    ([7, 0, 154, 4], false),
  ])
  func `steps over options and tells unusual ones`(options: [UInt8], isUnusual: Bool) {
    let bytes = withOptions(options)
    let packet = Packet(bytes)
    #expect(packet.kind == .datagram)
    #expect(packet.features == (isUnusual ? [.hasOptions, .hasUnusualOption] : .hasOptions))
    #expect(packet.payload(in: bytes) == Frames.hello)
    #expect(packet.tuple.source == Frames.client)
  }

  @Test func `keeps DF`() {
    #expect(Packet(Frames.with(Frames.ipv4, [6: 0x40])).features == .isUnfragmentable)
  }

  @Test func `tells first, middle and last fragments`() {
    // More fragments, offset 0; the UDP header claims 3,008 bytes, of which 13 are here.
    let first = Frames.with(Frames.ipv4, [6: 0x20, 24: 0x0b, 25: 0xc0])
    let packet = Packet(first)
    #expect(packet.kind == .datagram)
    #expect(packet.features == .isFirstFragment)
    #expect(packet.payloadLength == 3_000)
    #expect(packet.payload(in: first) == Frames.hello)

    // More fragments, offset 185 eights.
    let middle = Packet(Frames.with(Frames.ipv4, [6: 0x20, 7: 185]))
    #expect(middle.kind == .laterFragment)
    #expect(middle.features == [])
    #expect(middle.fragmentOffset == 1_480)
    #expect(middle.identification == 0x1234)
    #expect(middle.tuple.source == Endpoint(Frames.client.address, 0))
    #expect(middle.tuple.destination == Endpoint(Frames.front.address, 0))
    #expect(middle.payloadLength == 13)

    // No more fragments, offset 370 eights.
    let last = Packet(Frames.with(Frames.ipv4, [6: 0x01, 7: 114]))
    #expect(last.kind == .laterFragment)
    #expect(last.features == .isLastFragment)
    #expect(last.fragmentOffset == 2_960)
  }

  @Test func `knows a fragment of another protocol from one of UDP`() {
    // TCP at offset 185 eights.
    #expect(Packet(Frames.with(Frames.ipv4, [6: 0x20, 7: 185, 9: 6])).kind == .other)
  }

  @Test func `takes the frame's length where offload left zero`() {
    // Total length 0, UDP length 0: what a GSO packet above 64 KiB shows.
    let bytes = Frames.with(Frames.ipv4, [2: 0, 3: 0, 24: 0, 25: 0])
    let packet = Packet(bytes)
    #expect(packet.kind == .datagram)
    #expect(packet.payloadLength == 5)
    // The frame was 70,033 bytes long, and 33 were captured.
    let cut = Packet(bytes, originalLength: 70_033)
    #expect(cut.payloadLength == 70_005)
    #expect(cut.payloadCaptured == 5)
    #expect(cut.features == .isCut)
  }

  @Test(arguments: [
    // IHL 4.
    ([0: 0x44] as [Int: UInt8], Flaw.badHeaderLength),
    // A total length of 19, less than its own header; of 34, one more than the frame has.
    ([3: 19], .badTotalLength),
    ([3: 34], .badTotalLength),
    // IHL 15 with a total length of 33.
    ([0: 0x4f], .badTotalLength),
    // Version 5 is neither.
    ([0: 0x55], .badVersion),
    // UDP lengths: 7 is less than a header, 14 more than IP carries.
    ([25: 7], .badUDPLength),
    ([25: 14], .badUDPLength),
    // IP says 27 bytes: seven are left for UDP.
    ([3: 27], .badUDPLength),
  ])
  func `counts bad lengths by reason`(changes: [Int: UInt8], flaw: Flaw) {
    let packet = Packet(Frames.with(Frames.ipv4, changes))
    #expect(packet.kind == .none)
    #expect(packet.flaw == flaw)
    #expect(!packet.flaw.isTruncation)
  }

  @Test func `lets UDP be shorter than IP says`() {
    // UDP says 10: two bytes of payload, three of padding.
    let bytes = Frames.with(Frames.ipv4, [25: 10])
    let packet = Packet(bytes)
    #expect(packet.payloadLength == 2)
    #expect(packet.payload(in: bytes) == [0x48, 0x65])
  }

  @Test func `counts an empty datagram`() {
    let bytes = Frames.with(Array(Frames.ipv4[..<28]), [3: 28, 25: 8])
    let packet = Packet(bytes)
    #expect(packet.kind == .datagram)
    #expect(packet.payloadLength == 0)
    #expect(packet.payloadCaptured == 0)
  }

  @Test(arguments: [UInt8(6), 2, 50, 132])
  func `leaves other protocols alone`(transport: UInt8) {
    let packet = Packet(Frames.with(Frames.ipv4, [9: transport]))
    #expect(packet.kind == .other)
    #expect(packet.flaw == .none)
    #expect(packet.tuple.transport.rawValue == transport)
  }
}
