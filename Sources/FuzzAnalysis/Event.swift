internal import Wire
internal import Workbench

/// One event of a story: who, which way, what, when, and what of it was seen.
struct Event {
  let kind: UInt8
  let step: UInt8
  let mask: UInt8
  let flags: UInt8
  private let people: UInt8
  private let text: UInt8

  /// Of six bytes.
  init(_ bytes: [UInt8]) {
    kind = bytes[0] & 15
    text = bytes[0] >> 4 ^ bytes[5]
    step = bytes[1]
    people = bytes[2]
    mask = bytes[3]
    flags = bytes[4]
  }

  private var isV6: Bool { flags & 0x80 != 0 }

  private func endpoint(_ v4: UInt32, _ port: UInt16) -> Endpoint {
    Endpoint(
      isV6 ? IPAddress(high: 0xfd00_0010 << 32, low: UInt64(v4)) : IPAddress(v4: v4),
      port
    )
  }

  private var client: Endpoint {
    endpoint(0xcb00_7101 + UInt32(people >> 1 & 1), 40_000 + UInt16(people & 1))
  }

  /// A load balancer's address, a cluster address, a node port.
  var front: Endpoint {
    switch people >> 2 & 3 {
    case 0: endpoint(0xc633_6407, 20_001)
    case 1: endpoint(0xc633_6408, 20_001)
    case 2: endpoint(0x0a60_0007, 20_001)
    default: endpoint(0xc0a8_630b, 30_001)
    }
  }

  private var pod: Endpoint {
    endpoint(0x0af4_0102 + UInt32(people >> 4 & 3) << 8, 20_001)
  }

  /// The address pairs that the datagram wears, in order.
  var journey: [FiveTuple] {
    let asked = FiveTuple(from: client, to: front)
    switch people >> 6 {
    case 0: return [asked, FiveTuple(from: client, to: pod)]
    case 1:
      return [asked, FiveTuple(from: endpoint(0x0af4_0101, 10_000 + UInt16(people & 3)), to: pod)]
    case 2:
      let source = endpoint(0xc0a8_630b, 20_000 + UInt16(text & 7))
      return [asked, FiveTuple(from: source, to: pod)]
    default:
      let inner = FiveTuple(from: endpoint(0xc0a8_630b, 20_000), to: front)
      return [asked, inner, FiveTuple(from: endpoint(0xc0a8_630c, 30_000), to: pod)]
    }
  }

  func packet(_ leg: FiveTuple, hop: Int, length: Int? = nil) -> IPPacket {
    // Some are empty, some look like QUIC or RTP, whose connections are told apart.
    let heads: [[UInt8]] = [
      [], [0xc0, 0, 0, 0, 1, 8, 1, 2, 3, 4, 5, 6, 7, 8], [0x80, 0x60], [0x16],
    ]
    let head = heads[Int(text & 3)]
    let count = length ?? Int(text >> 2 & 3) * 9
    let body = (0..<count).map { UInt8(truncatingIfNeeded: $0) ^ text }
    let sums: [UDPSegment.Checksum] = [.correct, .partial, .zero, .wrong]
    var packet = UDPSegment(leg, payload: head + body, checksum: sums[Int(flags & 3)]).packet
    packet.hopLimit = UInt8(truncatingIfNeeded: 64 - hop - Int(flags >> 2 & 3))
    packet.identification = flags & 0x10 == 0 ? UInt32(text) &+ UInt32(step) << 4 : 0
    packet.dontFragment = flags & 0x20 != 0
    return packet
  }
}
