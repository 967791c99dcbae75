public import Wire

/// An ICMPv4 or ICMPv6 error that quotes the packet which it answers.
public struct ICMPError: Hashable, Sendable {
  public enum Reason: Hashable, Sendable {
    case portUnreachable
    case hostUnreachable
    /// The next link's MTU is too small for the packet.
    case tooBig(mtu: UInt16)
    case timeExceeded
  }

  public var reason: Reason
  /// The IP packet that failed, as bytes from its IP header on.
  public var quoted: [UInt8]

  public init(_ reason: Reason, quoting quoted: [UInt8]) {
    self.reason = reason
    self.quoted = quoted
  }

  /// The error in an IP packet; Linux sends ICMPv4 errors with TOS 0xc0 and quotes as much as fits in 576 or 1,280 bytes.
  public func packet(from source: IPAddress, to destination: IPAddress) -> IPPacket {
    let room = source.isV4 ? 576 - 28 : 1_280 - 48
    let quote = Array(quoted.prefix(room))
    var packet = IPPacket(
      from: source,
      to: destination,
      over: source.isV4 ? .icmp : .icmpV6,
      payload: []
    )
    packet.trafficClass = source.isV4 ? 0xc0 : 0
    var bytes = source.isV4 ? v4Header : v6Header
    bytes += quote
    var sum = InternetSum()
    if !source.isV4 {
      sum.addPseudoHeader(from: source, to: destination, over: .icmpV6, count: bytes.count)
    }
    sum.add(bytes[...])
    bytes.set16(sum.checksum, at: 2)
    packet.payload = bytes
    return packet
  }

  private var v4Header: [UInt8] {
    switch reason {
    case .portUnreachable: [3, 3, 0, 0, 0, 0, 0, 0]
    case .hostUnreachable: [3, 1, 0, 0, 0, 0, 0, 0]
    case .tooBig(let mtu): [3, 4, 0, 0, 0, 0, UInt8(mtu >> 8), UInt8(truncatingIfNeeded: mtu)]
    case .timeExceeded: [11, 0, 0, 0, 0, 0, 0, 0]
    }
  }

  private var v6Header: [UInt8] {
    switch reason {
    case .portUnreachable: [1, 4, 0, 0, 0, 0, 0, 0]
    case .hostUnreachable: [1, 3, 0, 0, 0, 0, 0, 0]
    case .tooBig(let mtu): [2, 0, 0, 0, 0, 0, UInt8(mtu >> 8), UInt8(truncatingIfNeeded: mtu)]
    case .timeExceeded: [3, 0, 0, 0, 0, 0, 0, 0]
    }
  }
}
