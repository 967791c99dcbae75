internal import CaptureFiles
internal import Wire
internal import Workbench

/// What happened at a small cluster, told by bytes: six of them choose one event.
///
/// Few clients, fronts, pods and payloads meet often, so that short inputs reach moves, splits, losses, refusals and all
/// that is judged; random packets would hardly ever be two of the same flow.
struct Story {
  private var bytes: ArraySlice<UInt8>
  private var time: Int64 = 1_795_220_636_000_000_000
  private var frames: [NodeFrame] = []

  private static let mostFrames = 2_048

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
  }

  consuming func told() -> [NodeFrame] {
    while bytes.count >= 6, frames.count < Self.mostFrames {
      let event = Event(Array(bytes.prefix(6)))
      bytes = bytes.dropFirst(6)
      pass(event.step)
      tell(event)
    }
    return frames
  }

  /// The clock may stand still, go back, and stop at either end of what it can say.
  private mutating func pass(_ step: UInt8) {
    switch step {
    case 255: time = .max
    case 254: time = .min
    case 253: time = 0
    case 252: time = 1_795_220_636_000_000_000
    case 240...251: time = time &- Int64(step - 239) &* 700_000_000
    case 0...63: time = time &+ Int64(step) &* 50_000
    case 64...127: time = time &+ Int64(step - 63) &* 20_000_000
    case 128...191: time = time &+ Int64(step - 127) &* 1_500_000_000
    default: time = time &+ Int64(step - 191) &* 60_000_000_000
    }
  }

  private mutating func tell(_ event: Event) {
    switch event.kind {
    case 0...5: journey(event, legs: event.journey)
    case 6...8: journey(event, legs: event.journey.map(\.reversed).reversed())
    case 9: journey(event, legs: [event.journey[Int(event.flags & 3) % event.journey.count]])
    case 10: fragments(event)
    case 11: refusal(event)
    case 12: announcement(event)
    case 13: tunnelled(event)
    case 14: lookAlikes(event)
    default: cut(event)
    }
  }

  /// A datagram under each address pair that it wears, where the event's mask lets it be seen.
  private mutating func journey(_ event: Event, legs: [FiveTuple]) {
    for (index, leg) in legs.enumerated() {
      // At the first node it comes in and goes out, at the second it comes in.
      if event.mask & 1 << UInt8(2 * index) == 0 {
        add(event.packet(leg, hop: index), event, index)
      }
      if event.mask & 2 << UInt8(2 * index) == 0, index > 0 {
        add(event.packet(leg, hop: index + 1), event, index, at: 1)
      }
    }
  }

  private mutating func fragments(_ event: Event) {
    let whole = event.packet(event.journey[0], hop: 0, length: 1_400)
    for (index, part) in whole.fragments(mtu: 600).enumerated()
    where event.mask & 1 << UInt8(index) == 0 {
      add(part, event, index)
    }
  }

  private mutating func refusal(_ event: Event) {
    let legs = event.journey
    let leg = legs[Int(event.flags) % legs.count]
    let reasons: [ICMPError.Reason] = [
      .portUnreachable, .hostUnreachable, .tooBig(mtu: 1_400), .timeExceeded,
    ]
    let error = ICMPError(reasons[Int(event.mask & 3)], quoting: event.packet(leg, hop: 1).bytes)
    add(error.packet(from: leg.destination.address, to: leg.source.address), event, 0)
  }

  private mutating func announcement(_ event: Event) {
    let news = NeighbourAnnouncement(
      event.front.address,
      at: MACAddress(UInt64(event.mask & 3) + 2)
    )
    let link = Link.ethernet(from: MACAddress(2), to: .broadcast)
    append(link.frame(news), link.type, at: Int(event.flags & 1), interface: 2)
  }

  private mutating func tunnelled(_ event: Event) {
    let tunnels: [Tunnel] = [
      .vxlan(network: 1, from: MACAddress(2), to: MACAddress(3)),
      .geneve(network: 1, from: MACAddress(2), to: MACAddress(3)),
      .gre(), .ip,
    ]
    let leg = event.journey[event.journey.count - 1]
    let packet = tunnels[Int(event.flags & 3)].wrap(
      event.packet(leg, hop: 1),
      from: IPAddress(v4: 0xc0a8_630b),
      to: IPAddress(v4: 0xc0a8_630c),
      checksum: event.mask & 1 == 0 ? .wrong : .zero
    )
    add(packet, event, 1)
    add(packet, event, 0, at: 1)
  }

  /// Datagrams that cannot be told apart.
  private mutating func lookAlikes(_ event: Event) {
    for _ in 0..<Int(event.mask & 15) + 1 {
      for (index, leg) in event.journey.enumerated() {
        add(event.packet(leg, hop: index), event, index)
      }
    }
  }

  /// A frame of which the capture holds only the beginning.
  private mutating func cut(_ event: Event) {
    let link = Link.linuxCookedV2(.incoming, interface: 2, from: MACAddress(2))
    let frame = link.frame(event.packet(event.journey[0], hop: 0, length: 64))
    append(
      Array(frame.prefix(Int(event.mask) % (frame.count + 1))),
      link.type,
      at: Int(event.flags & 1),
      interface: 2,
      originalLength: frame.count
    )
  }

  private mutating func add(_ packet: IPPacket, _ event: Event, _ index: Int, at node: Int = 0) {
    let direction: Link.Direction = index == 0 || node == 1 ? .incoming : .outgoing
    let link =
      event.flags & 0x40 == 0
      ? Link.linuxCookedV2(direction, interface: UInt32(index + 2), from: MACAddress(2))
      : Link.ethernet(from: MACAddress(2), to: MACAddress(3))
    time = time &+ 20_000
    append(link.frame(packet), link.type, at: node, interface: UInt32(index))
  }

  private mutating func append(
    _ bytes: [UInt8],
    _ link: LinkType,
    at node: Int,
    interface: UInt32,
    originalLength: Int? = nil
  ) {
    let record = CaptureRecord(
      time: Timestamp(nanoseconds: time),
      number: UInt64(frames.count + 1),
      offset: 0,
      capturedLength: UInt32(bytes.count),
      originalLength: UInt32(originalLength ?? bytes.count),
      interface: interface
    )
    frames.append(NodeFrame(node: node, link: link, record: record, bytes: bytes))
  }
}
