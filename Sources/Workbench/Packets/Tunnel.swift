public import Wire

/// How an overlay wraps one packet into another.
public enum Tunnel: Hashable, Sendable {
  /// RFC 7348; Linux's own default port is 8472, the registered one 4789.
  case vxlan(network: UInt32, port: UInt16 = 8472, from: MACAddress, to: MACAddress)
  /// RFC 8926, with option bytes of a multiple of four.
  case geneve(network: UInt32, from: MACAddress, to: MACAddress, options: [UInt8] = [])
  /// RFC 2784, and its key of RFC 2890.
  case gre(key: UInt32? = nil)
  /// IPIP, 6in4, 4in6 or 6in6, as the two families ask.
  case ip

  /// The outer packet around `inner`.
  ///
  /// `sourcePort` is the entropy that a UDP tunnel puts there; `checksum` that of the outer UDP header.
  public func wrap(
    _ inner: IPPacket,
    from source: IPAddress,
    to destination: IPAddress,
    sourcePort: UInt16 = 49_152,
    checksum: UDPSegment.Checksum = .zero
  ) -> IPPacket {
    let etherType: UInt16 = inner.isV4 ? 0x0800 : 0x86dd
    func udp(_ header: [UInt8], _ port: UInt16, _ from: MACAddress, _ to: MACAddress) -> IPPacket {
      let payload = header + Link.ethernet(from: from, to: to).frame(inner)
      let tuple = FiveTuple(from: Endpoint(source, sourcePort), to: Endpoint(destination, port))
      return UDPSegment(tuple, payload: payload, checksum: checksum).packet
    }
    switch self {
    case .vxlan(let network, let port, let from, let to):
      var header: [UInt8] = [8, 0, 0, 0]
      header.append32(network << 8)
      return udp(header, port, from, to)
    case .geneve(let network, let from, let to, let options):
      var header: [UInt8] = [UInt8(options.count / 4), 0, 0x65, 0x58]
      header.append32(network << 8)
      return udp(header + options, 6_081, from, to)
    case .gre(let key):
      var header: [UInt8] = [key == nil ? 0 : 0x20, 0]
      header.append16(etherType)
      if let key { header.append32(key) }
      return IPPacket(
        from: source,
        to: destination,
        over: Transport(rawValue: 47),
        payload: header + inner.bytes
      )
    case .ip:
      return IPPacket(
        from: source,
        to: destination,
        over: Transport(rawValue: inner.isV4 ? 4 : 41),
        payload: inner.bytes
      )
    }
  }
}
