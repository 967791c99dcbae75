extension Packet {
  /// Decodes an ICMP (RFC 792) or ICMPv6 (RFC 4443) header: an error is kept with its quoted packet, a neighbour
  /// advertisement as what it announces; the rest is other traffic.
  ///
  ///      0      7 8     15 16            31
  ///     |  type  |  code  |    checksum    |
  ///     |      unused, MTU, pointer …      |
  ///     |        the quoted packet         |
  mutating func decodeICMP(_ frame: Span<UInt8>, at start: Int) {
    kind = .other
    guard start &+ 8 <= frame.count, start &+ 8 <= Int(end) else { return }
    let type = frame[start]
    let isError: Bool
    if tuple.transport == .icmp {
      // Unreachable, source quench, redirect, time exceeded, parameter problem.
      isError = type == 3 || type == 4 || type == 5 || type == 11 || type == 12
    } else {
      isError = (1...4).contains(type)
    }
    if isError {
      kind = .icmpError
      icmpType = type
      icmpCode = frame[start &+ 1]
      payloadOffset = UInt32(truncatingIfNeeded: start &+ 8)
      payloadCaptured = UInt32(truncatingIfNeeded: max(0, Int(end) &- start &- 8))
      payloadLength = payloadLength >= 8 ? payloadLength &- 8 : 0
    } else if tuple.transport == .icmpV6, type == 136, start &+ 24 <= Int(end) {
      kind = .neighbour
      icmpType = type
      // The solicited flag (RFC 4861, 4.4) tells an answer from an announcement.
      icmpCode = frame[start &+ 4]
      tuple.source = Endpoint(frame.address6(at: start &+ 8), 0)
    }
  }

  /// The packet that an ICMP error quotes, decoded as far as the quote goes.
  public func quoted(in frame: Span<UInt8>) -> Packet? {
    guard kind == .icmpError else { return nil }
    var quoted = Packet()
    // A quote's own lengths speak of the whole packet that failed, not of the quote.
    let bytes = frame.extracting(first: Int(end))
    if let network = quoted.rawNetwork(bytes, at: Int(payloadOffset)) {
      quoted.decode(network, bytes, length: Int(payloadOffset) &+ 0x1_0000)
    }
    guard quoted.kind != .none else { return nil }
    quoted.direction = direction
    quoted.interface = interface
    return quoted
  }

  /// Decodes an ARP message (RFC 826) for IPv4 over Ethernet.
  ///
  ///     | hardware 2 | protocol 2 | lengths 1 + 1 | operation 2 |
  ///     | sender: hardware 6, address 4 | target: hardware 6, address 4 |
  mutating func decodeARP(_ frame: Span<UInt8>, at start: Int) {
    guard start &+ 28 <= frame.count, frame.integer16(at: start &+ 2) == 0x0800,
      frame[start &+ 4] == 6, frame[start &+ 5] == 4
    else { return }
    kind = .neighbour
    tuple.source = Endpoint(IPAddress(v4: frame.integer32(at: start &+ 14)), 0)
    tuple.destination = Endpoint(IPAddress(v4: frame.integer32(at: start &+ 24)), 0)
    payloadOffset = UInt32(truncatingIfNeeded: start)
    end = UInt32(truncatingIfNeeded: start &+ 28)
  }

  /// Whether a neighbour message is an unasked announcement: a gratuitous ARP, or an advertisement nobody solicited.
  public var isUnsolicitedAnnouncement: Bool {
    guard kind == .neighbour else { return false }
    if tuple.source.address.isV4 { return tuple.source.address == tuple.destination.address }
    return icmpCode & 0x40 == 0
  }

  /// The hardware address that a neighbour message gives for its address, as a 48-bit number; nil where it gives none.
  public func announcedHardwareAddress(in frame: Span<UInt8>) -> UInt64? {
    guard kind == .neighbour else { return nil }
    var offset = Int(payloadOffset) &+ 8
    if !tuple.source.address.isV4 {
      // The target link-layer address option (type 2, one unit of 8 bytes) follows the 24 bytes of the advertisement.
      offset = Int(payloadOffset) &+ 24
      guard offset &+ 8 <= Int(end), frame[offset] == 2, frame[offset &+ 1] == 1 else { return nil }
      offset &+= 2
    }
    guard offset &+ 6 <= frame.count else { return nil }
    return UInt64(frame.integer32(at: offset)) << 16 | UInt64(frame.integer16(at: offset &+ 4))
  }
}
