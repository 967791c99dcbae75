public import Wire

/// What must be captured so that no evidence is lost, as a filter for the kernel.
///
/// A port alone would lose later fragments, which have none, the ICMP errors that name a flow which failed, and the
/// announcements of an address that moved.
public struct CaptureScope: Hashable, Sendable {
  /// What a host's packets may travel in where no device of the host shows them unpacked.
  public enum Tunnel: Hashable, Sendable, CaseIterable {
    case vxlan
    case geneve
    case ipInIP
    case gre
  }

  /// Of services, their node ports and their endpoints; empty for every datagram.
  public var ports: Set<UInt16> = []
  /// Whose announcements count; empty for everyone's.
  public var fronts: Set<IPAddress> = []
  /// The outer packets that are wanted.
  public var tunnels: Set<Tunnel> = []

  /// More ranges than that would make a filter that costs more than the packets which it keeps out.
  private static let mostRanges = 64
  private static let mostFronts = 32

  public init() {}

  /// Takes in what another scope asks for; where one of them has no ports, it knew of no service, and asks for nothing.
  public mutating func formUnion(_ other: Self) {
    if ports.isEmpty != other.ports.isEmpty {
      if ports.isEmpty { self = other }
      return
    }
    ports.formUnion(other.ports)
    fronts.formUnion(other.fronts)
    tunnels.formUnion(other.tunnels)
  }

  /// The filter in libpcap's language, for cooked frames.
  public var expression: String {
    var parts = [datagrams, "icmp", "icmp6"]
    if let announcements { parts.append(announcements) }
    if !ports.isEmpty {
      // Later fragments; in IPv6 also the first ones, and whatever stands behind an extension header.
      parts.append("(ip proto 17 and ip[6:2] & 0x1fff != 0)")
    }
    parts.append("ip6[6] = 44 or ip6[6] = 0 or ip6[6] = 43 or ip6[6] = 60")
    // Where every datagram is taken, those of tunnels are.
    let others = ports.isEmpty ? tunnels.subtracting([.vxlan, .geneve]) : tunnels
    parts += others.map(outer).sorted()
    return parts.joined(separator: " or ")
  }

  private var datagrams: String {
    guard !ports.isEmpty else { return "udp" }
    let ranges = Self.ranges(of: ports, atMost: Self.mostRanges).map { range in
      range.count == 1
        ? "port \(range.lowerBound)" : "portrange \(range.lowerBound)-\(range.upperBound)"
    }
    return "(udp and (\(ranges.joined(separator: " or "))))"
  }

  /// Gratuitous ARP; what IPv6 has instead is ICMPv6.
  private var announcements: String? {
    let addresses = fronts.filter(\.isV4).sorted()
    guard !fronts.isEmpty, addresses.count <= Self.mostFronts else { return "arp" }
    guard !addresses.isEmpty else { return nil }
    return "(arp and (\(addresses.map { "host \($0)" }.joined(separator: " or "))))"
  }

  /// An outer packet whose inner one may matter: UDP with its fragments, ICMP, or IPv6 with an extension header.
  ///
  /// The offsets are those of a header without options; Geneve's and GRE's options vary, so those are taken as a whole.
  private func outer(_ tunnel: Tunnel) -> String {
    switch tunnel {
    case .vxlan:
      // 8 bytes of UDP, 8 of VXLAN, 14 of Ethernet: then the inner packet.
      let v4 = inner(type: "udp[28:2]", protocol4: "udp[39]", protocol6: "udp[36]")
      let v6 = inner(type: "ip6[68:2]", protocol4: "ip6[79]", protocol6: "ip6[76]")
      let port = "udp and (port 4789 or port 8472)"
      return "(ip and \(port) and \(v4)) or (ip6 and \(port) and \(v6))"
    case .geneve:
      return "(udp and port 6081)"
    case .ipInIP:
      return "(ip proto 4 or ip proto 41 or ip6 proto 4 or ip6 proto 41)"
    case .gre:
      return "(ip proto 47 or ip6 proto 47)"
    }
  }

  private func inner(type: String, protocol4: String, protocol6: String) -> String {
    let four = "(\(type) = 0x0800 and (\(protocol4) = 17 or \(protocol4) = 1))"
    let next = [17, 58, 44, 0, 43, 60].map { "\(protocol6) = \($0)" }.joined(separator: " or ")
    return "(\(four) or (\(type) = 0x86dd and (\(next))))"
  }

  /// The ports as few ranges: where there are too many, those that lie closest become one.
  static func ranges(of ports: Set<UInt16>, atMost limit: Int) -> [ClosedRange<UInt16>] {
    var ranges: [ClosedRange<UInt16>] = []
    for port in ports.sorted() {
      if let last = ranges.last, last.upperBound &+ 1 == port {
        ranges[ranges.count - 1] = last.lowerBound...port
      } else {
        ranges.append(port...port)
      }
    }
    guard ranges.count > limit else { return ranges }
    let gaps = ranges.indices.dropFirst().sorted { left, right in
      gap(before: left, in: ranges) < gap(before: right, in: ranges)
    }
    let closed = Set(gaps.prefix(ranges.count - limit))
    var joined: [ClosedRange<UInt16>] = []
    for (index, range) in ranges.enumerated() {
      if closed.contains(index), let last = joined.last {
        joined[joined.count - 1] = last.lowerBound...range.upperBound
      } else {
        joined.append(range)
      }
    }
    return joined
  }

  private static func gap(before index: Int, in ranges: [ClosedRange<UInt16>]) -> UInt16 {
    ranges[index].lowerBound - ranges[index - 1].upperBound
  }
}
