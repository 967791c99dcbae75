extension Packet {
  /// Decodes an IPv4 header (RFC 791) and what it carries.
  ///
  ///      0                   1                   2                   3
  ///     |version|  IHL  |      DSCP     |         total length          |
  ///     |        identification         |flags|    fragment offset      |
  ///     | time to live  |   protocol    |        header checksum        |
  ///     |                         source address                        |
  ///     |                      destination address                      |
  mutating func decodeIPv4(_ frame: Span<UInt8>, at start: Int, length: Int) {
    guard start &+ 20 <= frame.count else {
      flaw = .cutNetworkHeader
      return
    }
    // Of a length that the compiler knows: none of these reads is checked again.
    let header = frame.extracting(start..<(start &+ 20))
    guard header[0] >> 4 == 4 else {
      flaw = .badVersion
      return
    }
    let headerLength = Int(header[0] & 0xf) &* 4
    guard headerLength >= 20 else {
      flaw = .badHeaderLength
      return
    }
    var totalLength = Int(header.integer16(at: 2))
    // A length of 0 is what segmentation offload leaves in a packet above 64 KiB.
    if totalLength == 0 { totalLength = length &- start }
    guard totalLength >= headerLength, totalLength <= length &- start else {
      flaw = .badTotalLength
      return
    }
    networkOffset = UInt32(truncatingIfNeeded: start)
    hopLimit = header[8]
    tuple.transport = Transport(rawValue: header[9])
    tuple.source = Endpoint(IPAddress(v4: header.integer32(at: 12)), 0)
    tuple.destination = Endpoint(IPAddress(v4: header.integer32(at: 16)), 0)
    identification = UInt32(header.integer16(at: 4))
    let fragment = header.integer16(at: 6)
    if fragment & 0x4000 != 0 { features.insert(.isUnfragmentable) }
    if headerLength > 20 {
      features.insert(.hasOptions)
      if hasUnusualOption(frame, from: start &+ 20, to: start &+ headerLength) {
        features.insert(.hasUnusualOption)
      }
    }
    let packetEnd = start &+ totalLength
    end = UInt32(truncatingIfNeeded: min(packetEnd, frame.count))
    if packetEnd > frame.count { features.insert(.isCut) }
    decodePayload(
      frame,
      at: start &+ headerLength,
      packetEnd: packetEnd,
      fragmentOffset: Int(fragment & 0x1fff) &* 8,
      moreFollow: fragment & 0x2000 != 0
    )
  }

  /// Whether an IPv4 option is none of end, no-op, security, timestamp, route and alert.
  private func hasUnusualOption(_ frame: Span<UInt8>, from start: Int, to end: Int) -> Bool {
    var offset = start
    let end = min(end, frame.count)
    while offset < end {
      switch frame[offset] {
      case 0: return false
      case 1: offset &+= 1
      case 7, 68, 130, 131, 137, 148:
        guard offset &+ 1 < end, frame[offset &+ 1] >= 2 else { return false }
        offset &+= Int(frame[offset &+ 1])
      default: return true
      }
    }
    return false
  }

  /// Decodes an IPv6 header (RFC 8200), its extension headers and what they carry.
  ///
  ///      0                   1                   2                   3
  ///     |version| traffic class |              flow label               |
  ///     |        payload length         |  next header  |   hop limit   |
  ///     |                 source address (16 bytes)                     |
  ///     |              destination address (16 bytes)                   |
  mutating func decodeIPv6(_ frame: Span<UInt8>, at start: Int, length: Int) {
    guard start &+ 40 <= frame.count else {
      flaw = .cutNetworkHeader
      return
    }
    guard frame[start] >> 4 == 6 else {
      flaw = .badVersion
      return
    }
    var payloadLength = Int(frame.integer16(at: start &+ 4))
    // 0 stands for a jumbogram or for segmentation offload: the frame's own length is all there is.
    if payloadLength == 0 { payloadLength = length &- start &- 40 }
    guard payloadLength >= 0, payloadLength <= length &- start &- 40 else {
      flaw = .badTotalLength
      return
    }
    networkOffset = UInt32(truncatingIfNeeded: start)
    flowLabel = frame.integer32(at: start) & 0xf_ffff
    hopLimit = frame[start &+ 7]
    tuple.source = Endpoint(frame.address6(at: start &+ 8), 0)
    tuple.destination = Endpoint(frame.address6(at: start &+ 24), 0)
    let packetEnd = start &+ 40 &+ payloadLength
    end = UInt32(truncatingIfNeeded: min(packetEnd, frame.count))
    if packetEnd > frame.count { features.insert(.isCut) }

    var next = frame[start &+ 6]
    var offset = start &+ 40
    var fragmentOffset = 0
    var moreFollow = false
    var headers = 0
    // Behind a later fragment's header there are only bytes of the middle of the datagram.
    while fragmentOffset == 0, Self.isExtension(next) {
      guard headers < 10 else {
        flaw = .longExtensionChain
        return
      }
      tuple.transport = Transport(rawValue: next)
      guard offset &+ 8 <= packetEnd else {
        flaw = .badHeaderLength
        return
      }
      guard offset &+ 8 <= frame.count else {
        flaw = .cutNetworkHeader
        return
      }
      let following = frame[offset]
      switch next {
      case 44:
        let fragment = frame.integer16(at: offset &+ 2)
        fragmentOffset = Int(fragment & 0xfff8)
        moreFollow = fragment & 1 != 0
        identification = frame.integer32(at: offset &+ 4)
        offset &+= 8
      case 51:
        offset &+= (Int(frame[offset &+ 1]) &+ 2) &* 4
        features.insert(.hasOptions)
      default:
        offset &+= (Int(frame[offset &+ 1]) &+ 1) &* 8
        features.insert(.hasOptions)
      }
      next = following
      headers &+= 1
    }
    tuple.transport = Transport(rawValue: next)
    decodePayload(
      frame,
      at: offset,
      packetEnd: packetEnd,
      fragmentOffset: fragmentOffset,
      moreFollow: moreFollow
    )
  }

  /// Hop-by-hop, routing, fragment, authentication, destination options, mobility, HIP, Shim6.
  @inline(always)
  private static func isExtension(_ header: UInt8) -> Bool {
    switch header {
    case 0, 43, 44, 51, 60, 135, 139, 140: true
    default: false
    }
  }

  /// Decodes what an IP header carries, from `start` to `packetEnd`, which may lie behind the captured bytes.
  private mutating func decodePayload(
    _ frame: Span<UInt8>,
    at start: Int,
    packetEnd: Int,
    fragmentOffset: Int,
    moreFollow: Bool
  ) {
    guard start <= packetEnd else {
      flaw = .badHeaderLength
      return
    }
    payloadOffset = UInt32(truncatingIfNeeded: start)
    payloadLength = UInt32(truncatingIfNeeded: packetEnd &- start)
    payloadCaptured = UInt32(truncatingIfNeeded: max(0, min(packetEnd, frame.count) &- start))
    if fragmentOffset > 0 {
      kind = tuple.transport == .udp ? .laterFragment : .other
      self.fragmentOffset = UInt32(truncatingIfNeeded: fragmentOffset)
      if !moreFollow { features.insert(.isLastFragment) }
      return
    }
    if moreFollow { features.insert(.isFirstFragment) }
    switch tuple.transport {
    case .udp: decodeUDP(frame, at: start, packetEnd: packetEnd)
    case .icmp, .icmpV6: decodeICMP(frame, at: start)
    case Transport(rawValue: 47), Transport(rawValue: 4), Transport(rawValue: 41):
      kind = .tunnel
      tunnel = tuple.transport.rawValue == 47 ? .gre : .ipInIP
    default: kind = .other
    }
  }
}
