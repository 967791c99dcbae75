extension Packet {
  /// Decodes the outermost packet of a frame.
  ///
  /// `originalLength` is the frame's length on the wire, of which `frame` may be only the beginning.
  public init(_ frame: Span<UInt8>, as link: LinkType, originalLength: Int) {
    self.init()
    decode(frame, as: link, originalLength: originalLength)
  }

  /// Decodes into a packet that holds nothing yet.
  ///
  /// The same as the initializer, in place: that one's result is copied, and a copy that reads single-byte fields as a
  /// word waits for all of them to be written (measured: a tenth of a pipeline that only counts).
  public mutating func decode(_ frame: Span<UInt8>, as link: LinkType, originalLength: Int) {
    let length = max(originalLength, frame.count)
    switch link {
    case .ethernet:
      decodeEthernet(frame, at: 0, length: length)
    case .linuxCookedV2:
      decodeCookedV2(frame, length: length)
    case .linuxCooked:
      decodeCooked(frame, length: length)
    case .raw, .rawBSD, .rawOpenBSD, .ipv4, .ipv6:
      decodeRaw(frame, at: 0, length: length)
    case .null, .loop:
      decodeLoopback(frame, length: length)
    default:
      flaw = .unknownLinkType
    }
  }

  /// Reads an Ethernet header (IEEE 802.3).
  ///
  /// Decodes an Ethernet header (IEEE 802.3), tagged or not.
  ///
  ///      +-------------+--------+-----------+
  ///     | destination |  source | EtherType |  6 + 6 + 2 bytes
  ///     +-------------+--------+-----------+
  mutating func decodeEthernet(_ frame: Span<UInt8>, at start: Int, length: Int) {
    guard start &+ 14 <= frame.count else {
      flaw = .cutLinkHeader
      return
    }
    decode(
      etherType: frame.integer16(at: start &+ 12),
      frame,
      at: start &+ 14,
      length: length
    )
  }

  /// Reads a cooked header of the first version (LINKTYPE_LINUX_SLL).
  ///
  /// Decodes a Linux cooked header of version 1 (SLL).
  ///
  ///      0      1      2      3      4      5      6                     14     16
  ///     +-------------+-------------+-------------+----------------------+-------------+
  ///     | packet type |   ARPHRD    | addr length |       address        |  protocol   |
  ///     +-------------+-------------+-------------+----------------------+-------------+
  private mutating func decodeCooked(_ frame: Span<UInt8>, length: Int) {
    guard frame.count >= 16 else {
      flaw = .cutLinkHeader
      return
    }
    direction = Direction(cooked: frame.integer16(at: 0))
    decode(etherType: frame.integer16(at: 14), frame, at: 16, length: length)
  }

  /// Reads a cooked header of the second version, which names the interface (LINKTYPE_LINUX_SLL2).
  ///
  /// Decodes a Linux cooked header of version 2 (SLL2).
  ///
  ///      0           2          4            8        10       11      12           20
  ///     +-----------+----------+------------+--------+--------+-------+------------+
  ///     | protocol  | reserved |  ifindex   | ARPHRD | packet | addr  |  address   |
  ///     |           |          |            |        |  type  | length|            |
  ///     +-----------+----------+------------+--------+--------+-------+------------+
  private mutating func decodeCookedV2(_ frame: Span<UInt8>, length: Int) {
    guard frame.count >= 20 else {
      flaw = .cutLinkHeader
      return
    }
    interface = frame.integer32(at: 4)
    direction = Direction(cooked: UInt16(frame[10]))
    decode(etherType: frame.integer16(at: 0), frame, at: 20, length: length)
  }

  /// Four bytes of address family, in the capturing host's byte order (or network order, for `loop`).
  private mutating func decodeLoopback(_ frame: Span<UInt8>, length: Int) {
    guard frame.count >= 4 else {
      flaw = .cutLinkHeader
      return
    }
    let family = frame.integer32(at: 0)
    switch family < 0x1_0000 ? family : family.byteSwapped {
    // AF_INET everywhere; AF_INET6 on Linux, NetBSD, FreeBSD and Darwin.
    case 2, 10, 24, 28, 30:
      decodeRaw(frame, at: 4, length: length)
    default:
      return
    }
  }

  mutating func decodeRaw(_ frame: Span<UInt8>, at start: Int, length: Int) {
    guard start < frame.count else {
      flaw = .cutNetworkHeader
      return
    }
    switch frame[start] >> 4 {
    case 4: decodeIPv4(frame, at: start, length: length)
    case 6: decodeIPv6(frame, at: start, length: length)
    default: flaw = .badVersion
    }
  }

  mutating func decode(
    etherType: UInt16,
    _ frame: Span<UInt8>,
    at start: Int,
    length: Int
  ) {
    var etherType = etherType
    var offset = start
    var tags = 0
    // 802.1Q, 802.1ad and its forerunner: two bytes of tag, then the next type.
    while etherType == 0x8100 || etherType == 0x88a8 || etherType == 0x9100 {
      guard offset &+ 4 <= frame.count, tags < 4 else {
        flaw = .cutLinkHeader
        return
      }
      etherType = frame.integer16(at: offset &+ 2)
      offset &+= 4
      tags &+= 1
    }
    switch etherType {
    case 0x0800: decodeIPv4(frame, at: offset, length: length)
    case 0x86dd: decodeIPv6(frame, at: offset, length: length)
    case 0x0806: decodeARP(frame, at: offset)
    default: return
    }
  }
}

extension Packet.Direction {
  /// Linux's packet type: to us, broadcast, multicast, to another host, from us.
  @inline(always)
  fileprivate init(cooked type: UInt16) {
    switch type {
    case 0, 1, 2: self = .incoming
    case 3: self = .otherHost
    case 4: self = .outgoing
    default: self = .unknown
    }
  }
}
