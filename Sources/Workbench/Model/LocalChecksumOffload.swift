internal import Wire

extension IPPacket {
  /// The UDP checksum that Linux gives a tunnel's packet around one whose own checksum is not completed yet.
  ///
  /// A completed inner segment sums to the complement of its pseudo-header, so the outer checksum is computed from the headers
  /// alone and is right once the hardware completes the inner one. In a capture on a virtual interface it looks wrong.
  public func localChecksumOffload(_ inner: IPPacket) -> UInt16 {
    // Outer UDP, VXLAN and inner Ethernet header.
    var headers = Array(payload.prefix(8 + 8 + 14 + inner.headerLength))
    headers.set16(0, at: 6)
    var sum = InternetSum()
    sum.addPseudoHeader(from: source, to: destination, over: .udp, count: payload.count)
    sum.add(headers[...])
    sum.add(~(UInt16(inner.payload[6]) << 8 | UInt16(inner.payload[7])))
    return sum.checksum == 0 ? 0xffff : sum.checksum
  }
}
