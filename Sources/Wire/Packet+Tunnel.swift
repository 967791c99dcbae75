extension Packet {
  /// How many tunnels inside each other are followed.
  public static let tunnelLimit = 4

  /// The packet inside this tunnel, or nil where its header or the packet inside is not valid.
  ///
  /// Then this is plain UDP: a client may well have port 8472.
  public func inner(in frame: Span<UInt8>) -> Packet? {
    guard tunnel != .none, depth < Self.tunnelLimit else { return nil }
    let start = Int(payloadOffset)
    let end = min(Int(end), frame.count)
    // The inner packet's lengths are held against what the outer one carried, not against what was captured.
    let length = start &+ Int(payloadLength)
    var inner = Packet()
    inner.direction = direction
    inner.interface = interface
    inner.depth = depth &+ 1
    let bytes = frame.extracting(first: end)
    // A tunnel's packet that was fragmented on the way claims more than this fragment has.
    let claim = features.contains(.isFirstFragment) ? length &+ 0x1_0000 : length
    switch tunnel {
    case .none: return nil
    case .vxlan: inner.decodeVXLAN(bytes, at: start, length: claim)
    case .geneve: inner.decodeGeneve(bytes, at: start, length: claim)
    case .gre: inner.decodeGRE(bytes, at: start, length: claim)
    case .ipInIP: inner.decodeRaw(bytes, at: start, length: claim)
    }
    // A valid tunnel header before a packet that the snap length cut is a tunnel still.
    return inner.kind == .none && !inner.flaw.isTruncation ? nil : inner
  }

  /// VXLAN (RFC 7348): a flag that says the network id is valid, the id, two reserved fields.
  ///
  ///     |R|R|R|R|I|R|R|R|            reserved                           |
  ///     |          VXLAN network identifier             |   reserved    |
  private mutating func decodeVXLAN(_ bytes: Span<UInt8>, at start: Int, length: Int) {
    guard start &+ 8 <= bytes.count, bytes[start] & 0x08 != 0, bytes[start &+ 7] == 0 else {
      return
    }
    decodeEthernet(bytes, at: start &+ 8, length: length)
  }

  /// Geneve (RFC 8926): version 0, options in units of four bytes, the type of what is inside.
  ///
  ///     |Ver|  Opt Len  |O|C|    Rsvd.  |          Protocol Type        |
  ///     |        Virtual Network Identifier (VNI)       |    Reserved   |
  private mutating func decodeGeneve(_ bytes: Span<UInt8>, at start: Int, length: Int) {
    guard start &+ 8 <= bytes.count, bytes[start] >> 6 == 0, bytes[start &+ 7] == 0 else { return }
    let options = Int(bytes[start] & 0x3f) &* 4
    decodeTransparent(
      protocol: bytes.integer16(at: start &+ 2),
      bytes,
      at: start &+ 8 &+ options,
      length: length
    )
  }

  /// GRE (RFC 2784, 2890): optional checksum, key and sequence number, four bytes each.
  ///
  ///     |C| |K|S|     reserved 0      | Ver |         Protocol Type       |
  private mutating func decodeGRE(_ bytes: Span<UInt8>, at start: Int, length: Int) {
    guard start &+ 4 <= bytes.count else {
      flaw = .cutNetworkHeader
      return
    }
    let flags = bytes.integer16(at: start)
    guard flags & 0x7 == 0 else { return }
    var offset = start &+ 4
    if flags & 0x8000 != 0 { offset &+= 4 }
    if flags & 0x2000 != 0 { offset &+= 4 }
    if flags & 0x1000 != 0 { offset &+= 4 }
    decodeTransparent(
      protocol: bytes.integer16(at: start &+ 2),
      bytes,
      at: offset,
      length: length
    )
  }

  /// What Geneve and GRE may both carry: Ethernet (0x6558) or IP.
  private mutating func decodeTransparent(
    protocol type: UInt16,
    _ bytes: Span<UInt8>,
    at start: Int,
    length: Int
  ) {
    switch type {
    case 0x6558: decodeEthernet(bytes, at: start, length: length)
    case 0x0800: decodeIPv4(bytes, at: start, length: length)
    case 0x86dd: decodeIPv6(bytes, at: start, length: length)
    default: return
    }
  }
}
