public import Wire

/// A UDP header and its payload, between two endpoints.
public struct UDPSegment: Hashable, Sendable {
  /// What stands in the checksum field.
  public enum Checksum: Hashable, Sendable {
    case correct
    /// The folded pseudo-header sum that a veth shows: nobody has completed it.
    case partial
    /// None: allowed over IPv4 and inside tunnels.
    case zero
    /// Off by a constant from the correct one.
    case wrong
    case literal(UInt16)
  }

  public var tuple: FiveTuple
  public var payload: [UInt8]
  public var checksum: Checksum

  public init(_ tuple: FiveTuple, payload: [UInt8], checksum: Checksum = .correct) {
    self.tuple = tuple
    self.payload = payload
    self.checksum = checksum
  }

  /// The segment in an IP packet with default header fields.
  public var packet: IPPacket {
    IPPacket(
      from: tuple.source.address,
      to: tuple.destination.address,
      over: .udp,
      payload: bytes
    )
  }

  public var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + payload.count)
    bytes.append16(tuple.source.port)
    bytes.append16(tuple.destination.port)
    bytes.append16(UInt16(truncatingIfNeeded: 8 + payload.count))
    bytes.append16(0)
    bytes += payload
    bytes.set16(field(over: bytes), at: 6)
    return bytes
  }

  private func field(over bytes: [UInt8]) -> UInt16 {
    var sum = InternetSum()
    sum.addPseudoHeader(
      from: tuple.source.address,
      to: tuple.destination.address,
      over: .udp,
      count: bytes.count
    )
    switch checksum {
    case .partial: return sum.folded
    case .zero: return 0
    case .literal(let value): return value
    case .correct, .wrong:
      sum.add(bytes[...])
      // RFC 768: a computed zero is sent as all ones, for zero means "none".
      let correct = sum.checksum == 0 ? 0xffff : sum.checksum
      return checksum == .correct ? correct : correct ^ 0x5a5a
    }
  }
}
