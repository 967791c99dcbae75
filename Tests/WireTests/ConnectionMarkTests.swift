import Testing
import Wire
import Workbench

@Suite struct `Marks of connections` {
  /// A STUN Binding request with one attribute: its number, and its value of eight bytes.
  private static func request(_ attribute: UInt16, _ value: [UInt8]) -> [UInt8] {
    Frames.join(
      [0, 1, 0, 12, 0x21, 0x12, 0xa4, 0x42],
      Array(repeating: 9, count: 12),
      [UInt8(attribute >> 8), UInt8(attribute & 0xff), 0, 8],
      value
    )
  }

  private func mark(_ payload: [UInt8], from port: UInt16 = 40_000) -> ConnectionMark {
    let tuple = FiveTuple(from: Endpoint(Frames.client.address, port), to: Frames.front)
    let bytes = UDPSegment(tuple, payload: payload).packet.bytes
    return ConnectionMark(PayloadBeginning(of: Packet(bytes), in: bytes.span))
  }

  /// A user's name, and the client that stickler-client names.
  @Test(arguments: [0x0006, 0xc501] as [UInt16])
  func `name who asks in STUN, whatever port it asks from`(attribute: UInt16) {
    let first = Self.request(attribute, [0, 0, 0, 0, 0x5e, 0x11, 0x22, 0x33])
    let second = Self.request(attribute, [0, 0, 0, 0, 0x5e, 0x11, 0x22, 0x34])
    #expect(!mark(first).isNone)
    #expect(mark(first) == mark(first, from: 40_001))
    #expect(mark(first) != mark(second))
  }

  @Test func `are not read from STUN's other attributes`() {
    #expect(mark(Self.request(0xc502, [0, 0, 0, 0, 0, 0, 0, 1])).isNone)
  }
}
