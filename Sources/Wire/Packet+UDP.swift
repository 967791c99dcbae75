extension Packet {
  /// Decodes a UDP header (RFC 768).
  ///
  ///      0      7 8     15 16    23 24    31
  ///     +--------+--------+--------+--------+
  ///     |   source port   |    dest. port   |
  ///     |      length     |     checksum    |
  ///     +--------+--------+--------+--------+
  mutating func decodeUDP(_ frame: Span<UInt8>, at start: Int, packetEnd: Int) {
    guard start &+ 8 <= packetEnd else {
      flaw = .badUDPLength
      return
    }
    // The ports alone already name the leg, so a frame cut inside the header still counts.
    guard start &+ 4 <= frame.count else {
      flaw = .cutTransportHeader
      return
    }
    let carried = packetEnd &- start
    var length = carried
    if start &+ 8 <= frame.count {
      let header = frame.extracting(start..<(start &+ 8))
      let claimed = Int(header.integer16(at: 4))
      // 0 is what segmentation offload leaves in a datagram above 64 KiB.
      if claimed != 0 { length = claimed }
      guard length >= 8, length <= carried || features.contains(.isFirstFragment) else {
        flaw = .badUDPLength
        return
      }
      checksum = header.integer16(at: 6)
    }
    kind = .datagram
    tuple.source.port = frame.integer16(at: start)
    tuple.destination.port = frame.integer16(at: start &+ 2)
    payloadOffset = UInt32(truncatingIfNeeded: start &+ 8)
    payloadLength = UInt32(truncatingIfNeeded: length &- 8)
    let held = min(start &+ length, packetEnd, frame.count) &- start &- 8
    payloadCaptured = UInt32(truncatingIfNeeded: max(0, held))
    switch tuple.destination.port {
    case 4789, 8472: tunnel = .vxlan
    case 6081: tunnel = .geneve
    default: break
    }
  }
}
