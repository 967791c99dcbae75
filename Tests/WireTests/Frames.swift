import Wire

/// Hand-made bytes that decoder tests are put together from.
///
/// Unless a test says otherwise: client 203.0.113.1:40000 to front 198.51.100.7:20001, payload "Hello".
enum Frames {
  static let client = Endpoint(IPAddress(v4: 0xcb00_7101), 40_000)
  static let front = Endpoint(IPAddress(v4: 0xc633_6407), 20_001)
  static let client6 = Endpoint(IPAddress(high: 0x2001_0db8_00cc_0000, low: 1), 40_000)
  static let front6 = Endpoint(IPAddress(high: 0x2001_0db8_001b_0000, low: 7), 20_001)

  static let hello: [UInt8] = [0x48, 0x65, 0x6c, 0x6c, 0x6f]

  /// 40000 to 20001, 13 bytes, checksum 0xbeef.
  static let udp: [UInt8] = [0x9c, 0x40, 0x4e, 0x21, 0x00, 0x0d, 0xbe, 0xef] + hello

  /// IPv4 without options: 33 bytes in all, id 0x1234, no flags, TTL 63, UDP.
  static let ipv4Header: [UInt8] = [
    0x45, 0x00, 0x00, 0x21, 0x12, 0x34, 0x00, 0x00, 0x3f, 0x11, 0x00, 0x00,
    203, 0, 113, 1, 198, 51, 100, 7,
  ]
  static let ipv4: [UInt8] = ipv4Header + udp

  /// Flow label 0xabcde, 13 bytes of payload, UDP, hop limit 62.
  static let ipv6Header: [UInt8] =
    [0x60, 0x0a, 0xbc, 0xde, 0x00, 0x0d, 0x11, 0x3e]
    + [0x20, 0x01, 0x0d, 0xb8, 0x00, 0xcc, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    + [0x20, 0x01, 0x0d, 0xb8, 0x00, 0x1b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7]
  static let ipv6: [UInt8] = ipv6Header + udp

  /// To 02:00:00:00:00:02 from 02:00:00:00:00:01; the type follows.
  static let stations: [UInt8] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1]
  static let ethernet4: [UInt8] = stations + [0x08, 0x00] + ipv4
  static let ethernet6: [UInt8] = stations + [0x86, 0xdd] + ipv6

  /// SLL: packet type 4 (sent by us), ARPHRD 1, six bytes of address, two of padding, IPv4.
  static let cooked: [UInt8] =
    [0, 4, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 0x08, 0x00] + ipv4
  /// SLL2: IPv4, reserved, interface 5, ARPHRD 1, packet type 3 (to another host), six bytes of address, padding.
  static let cookedV2: [UInt8] =
    [0x08, 0x00, 0, 0, 0, 0, 0, 5, 0, 1, 3, 6, 2, 0, 0, 0, 0, 1, 0, 0] + ipv4

  /// Outer 192.168.99.11 to 192.168.99.13, TTL 64, of a tunnel with this protocol number.
  static func outer4(_ transport: UInt8, _ payload: [UInt8]) -> [UInt8] {
    let length = 20 + payload.count
    return [
      0x45, 0x00, UInt8(length >> 8), UInt8(length & 0xff), 0, 0, 0x40, 0, 0x40, transport, 0, 0,
      192, 168, 99, 11, 192, 168, 99, 13,
    ] + payload
  }

  /// A UDP header from port 50000, without a checksum.
  static func udp(to port: UInt16, _ payload: [UInt8]) -> [UInt8] {
    let length = 8 + payload.count
    return [
      0xc3, 0x50, UInt8(port >> 8), UInt8(port & 0xff), UInt8(length >> 8), UInt8(length & 0xff),
      0, 0,
    ] + payload
  }

  /// VXLAN with a valid network id of 7.
  static let vxlanHeader: [UInt8] = [0x08, 0, 0, 0, 0, 0, 7, 0]

  static func vxlan(_ inner: [UInt8], port: UInt16 = 8472) -> [UInt8] {
    outer4(17, udp(to: port, vxlanHeader + inner))
  }

  /// Bytes one after the other; a chain of `+` over literals takes the compiler too long.
  static func join(_ parts: [UInt8]...) -> [UInt8] { parts.flatMap(\.self) }

  /// These bytes with some replaced, by index.
  static func with(_ bytes: [UInt8], _ changes: [Int: UInt8]) -> [UInt8] {
    var changed = bytes
    for (index, byte) in changes { changed[index] = byte }
    return changed
  }
}

extension Packet {
  init(_ bytes: [UInt8], as link: LinkType = .raw, originalLength: Int? = nil) {
    self.init(bytes.span, as: link, originalLength: originalLength ?? bytes.count)
  }

  func inner(in bytes: [UInt8]) -> Packet? { inner(in: bytes.span) }
  func quoted(in bytes: [UInt8]) -> Packet? { quoted(in: bytes.span) }

  func payload(in bytes: [UInt8]) -> [UInt8] {
    let start = Int(payloadOffset)
    return Array(bytes[start..<start + Int(payloadCaptured)])
  }
}
