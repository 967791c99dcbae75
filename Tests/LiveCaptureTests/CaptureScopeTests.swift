import LiveCapture
import Testing
import Wire

@Suite struct CaptureScopeTests {
  /// A service at 10.96.0.10:53, its node port 30053 and its pods' port 5353.
  static let scope = {
    var scope = CaptureScope()
    scope.ports = [53, 5353, 30053]
    scope.fronts = [IPAddress(v4: 0xc633_6407)]
    return scope
  }()

  static let withTunnels = {
    var scope = Self.scope
    scope.tunnels = Set(CaptureScope.Tunnel.allCases)
    return scope
  }()

  static func v4(_ proto: UInt8, _ body: [UInt8], fragment: UInt16 = 0) -> [UInt8] {
    [
      0x45, 0, 0, UInt8(20 + body.count), 0, 9, UInt8(fragment >> 8), UInt8(fragment & 0xff), 64,
      proto,
      0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
    ] + body
  }

  static func v6(_ next: UInt8, _ body: [UInt8]) -> [UInt8] {
    let address: [UInt8] = [0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    return [0x60, 0, 0, 0, 0, UInt8(body.count), next, 64] + address + address + body
  }

  static func udp(_ source: UInt16, _ destination: UInt16, _ payload: [UInt8] = []) -> [UInt8] {
    let ports = [source, destination].flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] }
    return ports + [0, UInt8(8 + payload.count), 0, 0] + payload
  }

  /// VXLAN and Ethernet around an IPv4 packet.
  static func vxlan(_ inner: [UInt8]) -> [UInt8] {
    udp(51000, 4789, [8, 0, 0, 0, 0, 0, 1, 0] + [UInt8](repeating: 2, count: 12) + [8, 0] + inner)
  }

  static let arp: [UInt8] = [
    0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 198, 51, 100, 7, 0, 0, 0, 0, 0, 0, 198, 51, 100, 7,
  ]

  /// What a packet is, its EtherType, its bytes, and whether the scope takes it without tunnels and with them.
  static let packets: [(String, UInt16, [UInt8], Bool, Bool)] = [
    ("to the service", 0x0800, v4(17, udp(40000, 53)), true, true),
    ("an answer of a pod", 0x0800, v4(17, udp(5353, 40000)), true, true),
    ("to the node port", 0x0800, v4(17, udp(40000, 30053)), true, true),
    ("of another service", 0x0800, v4(17, udp(40000, 54)), false, false),
    ("TCP to the service", 0x0800, v4(6, udp(40000, 53)), false, false),
    ("a later fragment", 0x0800, v4(17, [1, 2, 3, 4], fragment: 185), true, true),
    ("a later fragment of TCP", 0x0800, v4(6, [1, 2, 3, 4], fragment: 185), false, false),
    ("an ICMP error", 0x0800, v4(1, [3, 3, 0, 0, 0, 0, 0, 0]), true, true),
    ("to the service, by IPv6", 0x86dd, v6(17, udp(40000, 53)), true, true),
    ("of another service, by IPv6", 0x86dd, v6(17, udp(40000, 54)), false, false),
    ("an IPv6 fragment", 0x86dd, v6(44, [17, 0, 0, 1, 0, 0, 0, 1] + [1, 2, 3, 4]), true, true),
    ("behind an option header", 0x86dd, v6(0, [17, 0, 1, 4, 0, 0, 0, 0] + udp(1, 53)), true, true),
    ("an ICMPv6 error", 0x86dd, v6(58, [1, 4, 0, 0, 0, 0, 0, 0]), true, true),
    ("a front that moved", 0x0806, arp, true, true),
    ("another address that moved", 0x0806, arp.map { $0 == 7 ? 8 : $0 }, false, false),
    ("VXLAN with UDP inside", 0x0800, v4(17, vxlan(v4(17, udp(40000, 53)))), false, true),
    ("VXLAN with TCP inside", 0x0800, v4(17, vxlan(v4(6, udp(40000, 53)))), false, false),
    ("VXLAN over IPv6", 0x86dd, v6(17, vxlan(v4(17, udp(40000, 53)))), false, true),
    ("Geneve", 0x0800, v4(17, udp(51000, 6081, [0, 0, 0x65, 0x58])), false, true),
    ("IP in IP", 0x0800, v4(4, v4(17, udp(40000, 53))), false, true),
    ("GRE", 0x0800, v4(47, [0, 0, 8, 0] + v4(17, udp(40000, 53))), false, true),
  ]

  @Test(arguments: packets)
  func `the filter takes what is evidence, and leaves the rest`(
    name: String,
    etherType: UInt16,
    packet: [UInt8],
    isTaken: Bool,
    isTakenWithTunnels: Bool
  ) throws {
    let type = [UInt8(etherType >> 8), UInt8(etherType & 0xff)]
    let frame = type + [0, 0, 0, 0, 0, 2, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0] + packet
    let link = CaptureSocket.linkType
    #expect(try PacketFilter(Self.scope.expression, linkType: link).passes(frame) == isTaken)
    let withTunnels = try PacketFilter(Self.withTunnels.expression, linkType: link)
    #expect(withTunnels.passes(frame) == isTakenWithTunnels)
  }

  @Test func `without ports every datagram is taken`() throws {
    let filter = try PacketFilter(CaptureScope().expression, linkType: .raw)
    #expect(filter.passes(Self.v4(17, Self.udp(1, 2))))
    #expect(filter.passes(Self.v4(17, [1, 2, 3, 4], fragment: 185)))
    #expect(!filter.passes(Self.v4(6, Self.udp(1, 2))))
  }

  @Test func `ten thousand ports make a filter that the kernel still takes`() throws {
    var scope = Self.withTunnels
    scope.ports = Set((0..<10_000).map { UInt16(1_000 + $0 * 6) })
    scope.fronts = Set((0..<1_000).map { IPAddress(v4: 0xc633_6400 + $0) })
    let filter = try PacketFilter(scope.expression, linkType: CaptureSocket.linkType)
    #expect(filter.instructionCount <= CaptureSocket.kernelFilterLimit)
    let link: [UInt8] = [8, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0]
    for port in scope.ports { #expect(filter.passes(link + Self.v4(17, Self.udp(40_000, port)))) }
    #expect(!filter.passes(link + Self.v4(17, Self.udp(500, 999))))
  }
}
