/// What a datagram's UDP checksum field turned out to be.
public enum ChecksumState: Sendable, Hashable {
  /// The sender computed none.
  case absent
  /// The field holds only the pseudo-header's sum: a network card was to finish it, and on veth none ever does.
  case partial
  case right
  case wrong
  /// The capture holds too little of the datagram to tell.
  case unknown
}

extension Packet {
  /// Judges the UDP checksum, which needs the whole datagram in one frame.
  public func checksumState(in frame: Span<UInt8>) -> ChecksumState {
    guard kind == .datagram, payloadOffset >= 8, Int(payloadOffset) <= frame.count else {
      return .unknown
    }
    if checksum == 0 { return .absent }
    let pseudo = pseudoHeaderSum
    if foldedSum(pseudo) == checksum { return .partial }
    guard !features.contains(.isFirstFragment), payloadCaptured == payloadLength else {
      return .unknown
    }
    let ports =
      UInt64(tuple.source.port) &+ UInt64(tuple.destination.port) &+ UInt64(payloadLength &+ 8)
    let sum =
      pseudo &+ ports &+ UInt64(checksum)
      &+ onesSum(frame, from: Int(payloadOffset), count: Int(payloadLength))
    return foldedSum(sum) == 0xffff ? .right : .wrong
  }

  /// The sum of the pseudo-header (RFC 768; RFC 8200, 8.1), not yet folded.
  @usableFromInline
  var pseudoHeaderSum: UInt64 {
    func sum(_ word: UInt64) -> UInt64 {
      (word >> 48) &+ (word >> 32 & 0xffff) &+ (word >> 16 & 0xffff) &+ (word & 0xffff)
    }
    func sum(_ address: IPAddress) -> UInt64 {
      // IPv4 is held with a marker in front of its four bytes that is no part of the address.
      address.isV4 ? sum(UInt64(address.v4Bits)) : sum(address.high) &+ sum(address.low)
    }
    return sum(tuple.source.address) &+ sum(tuple.destination.address)
      &+ UInt64(tuple.transport.rawValue) &+ UInt64(payloadLength &+ 8)
  }
}

/// The 16-bit sum of a datagram's whole payload, taken from its checksum field: equal before and after a NAT.
///
/// Nil where the field holds none or only the pseudo-header's sum.
public func checksumResidue(of packet: borrowing Packet, in frame: Span<UInt8>) -> UInt16? {
  guard packet.checksum != 0 else { return nil }
  let pseudo = packet.pseudoHeaderSum
  guard foldedSum(pseudo) != packet.checksum else { return nil }
  let ports =
    UInt64(packet.tuple.source.port) &+ UInt64(packet.tuple.destination.port)
    &+ UInt64(packet.payloadLength &+ 8)
  let known = foldedSum(pseudo &+ ports)
  // One's complement: subtracting is adding the complement, and 0xffff is another name of 0.
  let residue = foldedSum(UInt64(~packet.checksum) &+ UInt64(~known))
  return residue == 0xffff ? 0 : residue
}

func foldedSum(_ sum: UInt64) -> UInt16 {
  var sum = sum
  while sum > 0xffff { sum = (sum & 0xffff) &+ (sum >> 16) }
  return UInt16(truncatingIfNeeded: sum)
}

/// The unfolded one's complement sum of bytes taken as big-endian words, an odd one padded with zero.
func onesSum(_ bytes: Span<UInt8>, from start: Int, count: Int) -> UInt64 {
  var sum: UInt64 = 0
  var offset = start
  let end = start &+ count
  while offset &+ 2 <= end {
    sum &+= UInt64(bytes.integer16(at: offset))
    offset &+= 2
  }
  if offset < end { sum &+= UInt64(bytes[offset]) << 8 }
  return sum
}
