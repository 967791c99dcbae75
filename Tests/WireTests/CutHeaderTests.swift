import Testing
import Wire

/// An empty datagram whose capture ends inside the UDP header: the ports are there, the payload's place is not.
@Test(arguments: 24..<28)
func `an empty datagram cut inside its UDP header has a fingerprint`(count: Int) {
  // IPv4, 28 bytes in all, protocol 17; then ports 20001 and 3518, length 8 and checksum.
  let frame: [UInt8] = [
    0x45, 0x00, 0x00, 0x1c, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11, 0x00, 0x00, 0x0a, 0x00, 0x00, 0x01,
    0x0a, 0x00, 0x00, 0x02, 0x4e, 0x21, 0x0d, 0xbe, 0x00, 0x08, 0x00, 0x00,
  ]
  let cut = Array(frame.prefix(count))
  let packet = Packet(cut.span, as: .raw, originalLength: frame.count)
  #expect(packet.kind == .datagram)
  #expect(packet.tuple.source.port == 20_001)
  let whole = Packet(frame.span, as: .raw, originalLength: frame.count)
  #expect(Fingerprint(of: packet, in: cut.span).key == Fingerprint(of: whole, in: frame.span).key)
}
