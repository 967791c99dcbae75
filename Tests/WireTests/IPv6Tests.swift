import Testing
import Wire

@Suite struct `IPv6` {
  /// The header with another first "next header" and this much payload.
  private func packet(next: UInt8, _ payload: [UInt8]) -> [UInt8] {
    Frames.with(
      Frames.ipv6Header,
      [4: UInt8(payload.count >> 8), 5: UInt8(payload.count & 0xff), 6: next]
    ) + payload
  }

  /// Hop-by-hop or destination options: next header, length 0 (eight bytes), one PadN of four.
  private func options(next: UInt8) -> [UInt8] { [next, 0, 1, 4, 0, 0, 0, 0] }

  @Test func `follows a chain of extension headers`() {
    // Hop-by-hop, destination options, routing (type 4, one segment: 24 bytes), then UDP.
    let routing: [UInt8] = [17, 2, 4, 1, 0, 0, 0, 0] + Array(repeating: 9, count: 16)
    let bytes = packet(next: 0, options(next: 60) + options(next: 43) + routing + Frames.udp)
    let decoded = Packet(bytes)
    #expect(decoded.kind == .datagram)
    #expect(decoded.features == .hasOptions)
    #expect(decoded.tuple == FiveTuple(from: Frames.client6, to: Frames.front6))
    #expect(decoded.payload(in: bytes) == Frames.hello)
  }

  @Test func `counts an authentication header in words`() {
    // Length 4 means six words: 24 bytes.
    let authentication: [UInt8] = [17, 4] + Array(repeating: 0, count: 22)
    #expect(Packet(packet(next: 51, authentication + Frames.udp)).kind == .datagram)
  }

  @Test func `tells first and later fragments`() {
    // Offset 0, more follow, id 0xdeadbeef; UDP claims 3,008 bytes.
    let head: [UInt8] = [17, 0, 0, 1, 0xde, 0xad, 0xbe, 0xef]
    let first = Packet(packet(next: 44, head + Frames.with(Frames.udp, [4: 0x0b, 5: 0xc0])))
    #expect(first.kind == .datagram)
    #expect(first.features == .isFirstFragment)
    #expect(first.identification == 0xdead_beef)
    #expect(first.payloadLength == 3_000)

    // Offset 1,448 (0x5a8), the last one.
    let last = Packet(packet(next: 44, [17, 0, 0x05, 0xa8, 0xde, 0xad, 0xbe, 0xef, 1, 2, 3]))
    #expect(last.kind == .laterFragment)
    #expect(last.features == .isLastFragment)
    #expect(last.fragmentOffset == 1_448)
    #expect(last.payloadLength == 3)
    #expect(last.tuple.source == Endpoint(Frames.client6.address, 0))
  }

  @Test func `takes an atomic fragment for a whole datagram`() {
    // Offset 0, no more: RFC 6946.
    let decoded = Packet(packet(next: 44, [17, 0, 0, 0, 0, 0, 0, 9] + Frames.udp))
    #expect(decoded.kind == .datagram)
    #expect(decoded.features == [])
    #expect(decoded.identification == 9)
  }

  @Test func `does not read a later fragment's bytes as headers`() {
    // Offset 8, next header 60: what follows is the middle of destination options.
    let decoded = Packet(packet(next: 44, [60, 0, 0, 8, 0, 0, 0, 9, 17, 255, 1, 2, 3, 4, 5, 6]))
    #expect(decoded.kind == .other)
    #expect(decoded.flaw == .none)
  }

  @Test func `ends a chain that is longer than any real one`() {
    func chain(_ count: Int) -> [UInt8] {
      let last = options(next: 17)
      return (1..<count).flatMap { _ in options(next: 60) } + last + Frames.udp
    }
    #expect(Packet(packet(next: 60, chain(10))).kind == .datagram)
    let long = Packet(packet(next: 60, chain(11)))
    #expect(long.kind == .none)
    #expect(long.flaw == .longExtensionChain)
  }

  @Test(arguments: [
    // An option header of 16 bytes where 13 are left: it reaches over the packet's end.
    ([6: 60, 40: 17, 41: 1] as [Int: UInt8], Flaw.badHeaderLength),
    // A payload length of 14, one more than the frame has.
    ([5: 14], .badTotalLength),
    // UDP lengths: less than a header, more than IP carries.
    ([45: 7], .badUDPLength),
    ([45: 14], .badUDPLength),
    ([0: 0x50], .badVersion),
  ])
  func `counts bad lengths by reason`(changes: [Int: UInt8], flaw: Flaw) {
    let decoded = Packet(Frames.with(Frames.ipv6, changes))
    #expect(decoded.kind == .none)
    #expect(decoded.flaw == flaw)
  }

  @Test func `takes the frame's length where the payload length is zero`() {
    let decoded = Packet(Frames.with(Frames.ipv6, [5: 0, 45: 0]))
    #expect(decoded.kind == .datagram)
    #expect(decoded.payloadLength == 5)
  }

  @Test func `without anything behind its header is other traffic`() {
    // No next header (59).
    let decoded = Packet(packet(next: 59, []))
    #expect(decoded.kind == .other)
    #expect(decoded.flaw == .none)
  }
}
