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
    let network: Network?
    switch link {
    case .ethernet: network = ethernetNetwork(frame, at: 0)
    case .linuxCookedV2: network = cookedV2Network(frame)
    case .linuxCooked: network = cookedNetwork(frame)
    case .raw, .rawBSD, .rawOpenBSD, .ipv4, .ipv6: network = rawNetwork(frame, at: 0)
    case .null, .loop: network = loopbackNetwork(frame)
    default:
      flaw = .unknownLinkType
      return
    }
    if let network { decode(network, frame, length: max(originalLength, frame.count)) }
  }

  /// What follows a link layer's header, and where.
  struct Network {
    var etherType: UInt16
    var start: Int

    static let ipv4: UInt16 = 0x0800
    static let ipv6: UInt16 = 0x86dd

    /// 802.1Q, 802.1ad and its forerunner: two bytes of tag, then the next type.
    @inline(always) var isTagged: Bool {
      etherType == 0x8100 || etherType == 0x88a8 || etherType == 0x9100
    }
  }

  // The readers of link headers answer nil where nothing follows that could be read, after they noted why.

  /// Reads an Ethernet header (IEEE 802.3), tagged or not.
  ///
  ///      +-------------+--------+-----------+
  ///     | destination |  source | EtherType |  6 + 6 + 2 bytes
  ///     +-------------+--------+-----------+
  mutating func ethernetNetwork(_ frame: Span<UInt8>, at start: Int) -> Network? {
    guard start &+ 14 <= frame.count else {
      flaw = .cutLinkHeader
      return nil
    }
    return Network(etherType: frame.integer16(at: start &+ 12), start: start &+ 14)
  }

  /// Reads a Linux cooked header of version 1 (LINKTYPE_LINUX_SLL).
  ///
  ///      0      1      2      3      4      5      6                     14     16
  ///     +-------------+-------------+-------------+----------------------+-------------+
  ///     | packet type |   ARPHRD    | addr length |       address        |  protocol   |
  ///     +-------------+-------------+-------------+----------------------+-------------+
  private mutating func cookedNetwork(_ frame: Span<UInt8>) -> Network? {
    guard frame.count >= 16 else {
      flaw = .cutLinkHeader
      return nil
    }
    direction = Direction(cooked: frame.integer16(at: 0))
    return Network(etherType: frame.integer16(at: 14), start: 16)
  }

  /// Reads a Linux cooked header of version 2, which names the interface (LINKTYPE_LINUX_SLL2).
  ///
  ///      0           2          4            8        10       11      12           20
  ///     +-----------+----------+------------+--------+--------+-------+------------+
  ///     | protocol  | reserved |  ifindex   | ARPHRD | packet | addr  |  address   |
  ///     |           |          |            |        |  type  | length|            |
  ///     +-----------+----------+------------+--------+--------+-------+------------+
  private mutating func cookedV2Network(_ frame: Span<UInt8>) -> Network? {
    guard frame.count >= 20 else {
      flaw = .cutLinkHeader
      return nil
    }
    interface = frame.integer32(at: 4)
    direction = Direction(cooked: UInt16(frame[10]))
    return Network(etherType: frame.integer16(at: 0), start: 20)
  }

  /// Four bytes of address family, in the capturing host's byte order (or network order, for `loop`).
  private mutating func loopbackNetwork(_ frame: Span<UInt8>) -> Network? {
    guard frame.count >= 4 else {
      flaw = .cutLinkHeader
      return nil
    }
    let family = frame.integer32(at: 0)
    switch family < 0x1_0000 ? family : family.byteSwapped {
    // AF_INET everywhere; AF_INET6 on Linux, NetBSD, FreeBSD and Darwin.
    case 2, 10, 24, 28, 30: return rawNetwork(frame, at: 4)
    default: return nil
    }
  }

  /// No header at all: IP's own first four bits tell which it is.
  mutating func rawNetwork(_ frame: Span<UInt8>, at start: Int) -> Network? {
    guard start < frame.count else {
      flaw = .cutNetworkHeader
      return nil
    }
    switch frame[start] >> 4 {
    case 4: return Network(etherType: Network.ipv4, start: start)
    case 6: return Network(etherType: Network.ipv6, start: start)
    default:
      flaw = .badVersion
      return nil
    }
  }

  /// Decodes what follows a link layer's header.
  mutating func decode(_ network: Network, _ frame: Span<UInt8>, length: Int) {
    var network = network
    var tags = 0
    while network.isTagged {
      guard network.start &+ 4 <= frame.count, tags < 4 else {
        flaw = .cutLinkHeader
        return
      }
      network.etherType = frame.integer16(at: network.start &+ 2)
      network.start &+= 4
      tags &+= 1
    }
    switch network.etherType {
    case Network.ipv4: decodeIPv4(frame, at: network.start, length: length)
    case Network.ipv6: decodeIPv6(frame, at: network.start, length: length)
    case 0x0806: decodeARP(frame, at: network.start)
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
