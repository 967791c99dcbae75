import Testing
import Wire
import Workbench

@Suite struct `Fingerprints` {
  private static let payload = (0..<200).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 3) }
  private static let client = Frames.client
  private static let pod = Endpoint(IPAddress(v4: 0x0af4_0302), 20_001)
  private static let node = Endpoint(IPAddress(v4: 0xc0a8_630b), 42_038)

  private func packet(
    from source: Endpoint = client,
    to destination: Endpoint = Frames.front,
    _ payload: [UInt8] = payload,
    id: UInt32 = 7,
    checksum: UDPSegment.Checksum = .correct
  ) -> IPPacket {
    var packet = UDPSegment(
      FiveTuple(from: source, to: destination),
      payload: payload,
      checksum: checksum
    ).packet
    packet.identification = id
    return packet
  }

  /// The fingerprint where only this much of the payload was captured.
  private func print(_ packet: IPPacket, holding count: Int? = nil) -> Fingerprint {
    let bytes = packet.bytes
    let cut = count.map { Array(bytes[..<(packet.headerLength + 8 + $0)]) } ?? bytes
    return Fingerprint(of: Packet(cut, originalLength: bytes.count), in: cut.span)
  }

  @Test(arguments: [
    (200, Fingerprint.Held.long), (128, .long), (127, .middle), (64, .middle), (63, .short),
    (32, .short), (31, .little), (0, .little),
  ])
  func `hold what the snap length left`(count: Int, held: Fingerprint.Held) {
    #expect(print(packet(), holding: count).held == held)
  }

  @Test func `are equal before and after NAT`() {
    let before = print(packet())
    let after = print(packet(from: Self.node, to: Self.pod))
    #expect(before.key == after.key)
    #expect(!before.contradicts(after))
    #expect(before.hasIdentity)
  }

  @Test(arguments: [32, 40, 63, 64, 100, 127, 128, 199])
  func `compare at the longest prefix that both hold`(count: Int) {
    let whole = print(packet())
    let cut = print(packet(), holding: count)
    #expect(whole.key == cut.key)
    #expect(!whole.contradicts(cut))
    #expect(!cut.contradicts(whole))
    // Another datagram that differs in byte 60, or in byte 100.
    for (changed, least) in [(60, 64), (100, 128)] {
      let other = print(packet(Frames.with(Self.payload, [changed: 0])))
      #expect(other.key == cut.key)
      #expect(other.contradicts(cut) == (count >= least))
    }
  }

  @Test func `differ where the first 32 bytes, the length or the IP id do`() {
    let key = print(packet()).key
    #expect(print(packet(Frames.with(Self.payload, [31: 0]))).key != key)
    #expect(print(packet(Array(Self.payload.dropLast()))).key != key)
    #expect(print(packet(id: 8)).key != key)
  }

  @Test func `without an IP id have no identity`() {
    #expect(!print(packet(id: 0)).hasIdentity)
  }

  @Test func `of IPv6 take the flow label for identity`() {
    func key(label: UInt32) -> Fingerprint {
      var packet = UDPSegment(
        FiveTuple(from: Frames.client6, to: Frames.front6),
        payload: Self.payload
      ).packet
      packet.flowLabel = label
      return print(packet)
    }
    #expect(key(label: 5).key == key(label: 5).key)
    #expect(key(label: 5).key != key(label: 6).key)
    #expect(key(label: 5).hasIdentity)
    #expect(!key(label: 0).hasIdentity)
  }

  @Test(arguments: [0, 1, 5, 31, 32, 33, 64, 65, 128])
  func `of short payloads are whole`(count: Int) {
    let short = Array(Self.payload[..<count])
    #expect(print(packet(short)).held == .long)
    #expect(
      print(packet(short)).key == print(packet(from: Self.node, to: Self.pod, short)).key
    )
  }

  private static let sums: [(payload: [UInt8], sum: UInt16)] = [
    // 0x4865 + 0x6c6c + 0x6f00 = 0x123d1, folded.
    (Array("Hello".utf8), 0x23d2), ([], 0), ([0, 0], 0),
    // All ones is another name of zero.
    ([0xff, 0xff], 0),
  ]

  @Test(arguments: sums)
  func `have the payload's sum for a residue`(payload: [UInt8], sum: UInt16) {
    let bytes = packet(payload).bytes
    #expect(checksumResidue(of: Packet(bytes), in: bytes.span) == sum)
  }

  @Test func `have equal residues before and after NAT, however little was captured`() {
    let before = packet().bytes
    let after = Array(packet(from: Self.node, to: Self.pod).bytes[..<40])
    let whole = checksumResidue(of: Packet(before), in: before.span)
    let cut = checksumResidue(of: Packet(after, originalLength: before.count), in: after.span)
    #expect(whole != nil)
    #expect(whole == cut)
  }

  @Test(arguments: [
    (UDPSegment.Checksum.correct, ChecksumState.right), (.wrong, .wrong), (.zero, .absent),
    (.partial, .partial),
  ])
  func `judge the checksum of a whole datagram`(field: UDPSegment.Checksum, state: ChecksumState) {
    for packet in [
      packet(checksum: field),
      UDPSegment(
        FiveTuple(from: Frames.client6, to: Frames.front6),
        payload: Self.payload,
        checksum: field
      ).packet,
    ] {
      let bytes = packet.bytes
      let decoded = Packet(bytes)
      #expect(decoded.checksumState(in: bytes.span) == state)
      let hasResidue = state == .right || state == .wrong
      #expect((checksumResidue(of: decoded, in: bytes.span) != nil) == hasResidue)
    }
  }

  @Test func `cannot judge the checksum of a part`() {
    let bytes = Array(packet().bytes.dropLast())
    #expect(
      Packet(bytes, originalLength: bytes.count + 1).checksumState(in: bytes.span) == .unknown
    )
    // But a partial one is recognised by the pseudo-header alone.
    let partial = Array(packet(checksum: .partial).bytes.dropLast(100))
    let decoded = Packet(partial, originalLength: partial.count + 100)
    #expect(decoded.checksumState(in: partial.span) == .partial)
  }

  @Test func `of first fragments cut at different sizes are equal`() {
    // conntrack reassembles, and VXLAN's smaller MTU fragments again: 1,480 and 1,432 bytes of the same datagram.
    let large = packet((0..<3_000).map { UInt8(truncatingIfNeeded: $0 &* 13) })
    let wide = large.fragments(mtu: 1_500)[0]
    let narrow = large.fragments(mtu: 1_452)[0]
    #expect(wide.payload.count == 1_480)
    #expect(narrow.payload.count == 1_432)
    #expect(print(wide).key == print(narrow).key)
    #expect(!print(wide).contradicts(print(narrow)))
  }
}
