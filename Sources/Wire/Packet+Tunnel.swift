extension Packet {
  /// How many tunnels inside each other are followed.
  public static let tunnelLimit = 4

  /// The packet inside this tunnel, or nil where its header or the packet inside is not valid.
  ///
  /// Then this is plain UDP: a client may well have port 8472.
  public func inner(in frame: Span<UInt8>) -> Packet? {
    var outer = self
    var inner = Packet()
    return outer.decodeInner(into: &inner, in: frame) ? inner : nil
  }

  /// Decodes the packet inside this tunnel into one that holds nothing yet, and answers whether it is one.
  ///
  /// It changes nothing here: by reference because a packet handed over as a value is copied.
  public mutating func decodeInner(into inner: inout Packet, in frame: Span<UInt8>) -> Bool {
    guard tunnel != .none, depth < Self.tunnelLimit else { return false }
    let start = Int(payloadOffset)
    let end = min(Int(end), frame.count)
    // The inner packet's lengths are held against what the outer one carried, not against what was captured.
    let length = start &+ Int(payloadLength)
    inner.direction = direction
    inner.interface = interface
    inner.depth = depth &+ 1
    let bytes = frame.extracting(first: end)
    // A tunnel's packet that was fragmented on the way claims more than this fragment has.
    let claim = features.contains(.isFirstFragment) ? length &+ 0x1_0000 : length
    let network: Network?
    switch tunnel {
    case .none: return false
    case .vxlan: network = inner.vxlanNetwork(bytes, at: start)
    case .geneve: network = inner.geneveNetwork(bytes, at: start)
    case .gre: network = inner.greNetwork(bytes, at: start)
    case .ipInIP: network = inner.rawNetwork(bytes, at: start)
    }
    if let network { inner.decode(network, bytes, length: claim) }
    // A valid tunnel header before a packet that the snap length cut is a tunnel still.
    return inner.kind != .none || inner.flaw.isTruncation
  }

  /// VXLAN (RFC 7348): a flag that says the network id is valid, the id, two reserved fields.
  ///
  ///     |R|R|R|R|I|R|R|R|            reserved                           |
  ///     |          VXLAN network identifier             |   reserved    |
  private mutating func vxlanNetwork(_ bytes: Span<UInt8>, at start: Int) -> Network? {
    guard start &+ 8 <= bytes.count, bytes[start] & 0x08 != 0, bytes[start &+ 7] == 0 else {
      return nil
    }
    return ethernetNetwork(bytes, at: start &+ 8)
  }

  /// Geneve (RFC 8926): version 0, options in units of four bytes, the type of what is inside.
  ///
  ///     |Ver|  Opt Len  |O|C|    Rsvd.  |          Protocol Type        |
  ///     |        Virtual Network Identifier (VNI)       |    Reserved   |
  private mutating func geneveNetwork(_ bytes: Span<UInt8>, at start: Int) -> Network? {
    guard start &+ 8 <= bytes.count, bytes[start] >> 6 == 0, bytes[start &+ 7] == 0 else {
      return nil
    }
    let options = Int(bytes[start] & 0x3f) &* 4
    return transparentNetwork(
      protocol: bytes.integer16(at: start &+ 2),
      bytes,
      at: start &+ 8 &+ options
    )
  }

  /// GRE (RFC 2784, 2890): optional checksum, key and sequence number, four bytes each.
  ///
  ///     |C| |K|S|     reserved 0      | Ver |         Protocol Type       |
  private mutating func greNetwork(_ bytes: Span<UInt8>, at start: Int) -> Network? {
    guard start &+ 4 <= bytes.count else {
      flaw = .cutNetworkHeader
      return nil
    }
    let flags = bytes.integer16(at: start)
    guard flags & 0x7 == 0 else { return nil }
    var offset = start &+ 4
    if flags & 0x8000 != 0 { offset &+= 4 }
    if flags & 0x2000 != 0 { offset &+= 4 }
    if flags & 0x1000 != 0 { offset &+= 4 }
    return transparentNetwork(protocol: bytes.integer16(at: start &+ 2), bytes, at: offset)
  }

  /// What Geneve and GRE may both carry: Ethernet (0x6558) or IP.
  private mutating func transparentNetwork(
    protocol type: UInt16,
    _ bytes: Span<UInt8>,
    at start: Int
  ) -> Network? {
    switch type {
    case 0x6558: ethernetNetwork(bytes, at: start)
    case Network.ipv4, Network.ipv6: Network(etherType: type, start: start)
    default: nil
    }
  }
}
