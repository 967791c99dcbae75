import CaptureFiles
import Testing
import Wire

/// Blocks written out by hand; the helper only measures them and pads options.
struct Blocks {
  var bytes: [UInt8] = []
  var isBig = false

  func word(_ value: UInt32) -> [UInt8] {
    let little = (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
    return isBig ? little.reversed() : little
  }

  func half(_ value: UInt16) -> [UInt8] {
    let little = [UInt8(truncatingIfNeeded: value), UInt8(value >> 8)]
    return isBig ? little.reversed() : little
  }

  func option(_ code: UInt16, _ value: [UInt8]) -> [UInt8] {
    half(code) + half(UInt16(value.count)) + padded(value)
  }

  func padded(_ value: [UInt8]) -> [UInt8] {
    value + Array(repeating: 0, count: (4 - value.count % 4) % 4)
  }

  mutating func add(_ type: UInt32, _ body: [UInt8]) {
    let length = word(UInt32(body.count + 12))
    bytes += word(type) + length + body + length
  }

  /// A section header of version 1.0 and unknown length.
  mutating func addSection(_ options: [UInt8] = []) {
    let unknown = Array(repeating: UInt8(0xff), count: 8)
    add(0x0a0d_0d0a, word(0x1a2b_3c4d) + half(1) + half(0) + unknown + options)
  }

  mutating func addInterface(_ linkType: UInt16, snapLength: UInt32 = 0, _ options: [UInt8] = []) {
    add(1, half(linkType) + half(0) + word(snapLength) + options)
  }

  mutating func addPacket(
    _ packet: [UInt8],
    of length: UInt32,
    at time: UInt64,
    on interface: UInt32 = 0,
    _ options: [UInt8] = []
  ) {
    add(
      6,
      word(interface) + word(UInt32(time >> 32)) + word(UInt32(truncatingIfNeeded: time))
        + word(UInt32(packet.count)) + word(length) + padded(packet) + options
    )
  }
}

@Suite struct PcapngTests {
  static func sample(isBig: Bool) -> Blocks {
    var file = Blocks(isBig: isBig)
    file.addSection(file.option(4, Array("lab".utf8)))
    // Ethernet in microseconds, named eth0.
    file.addInterface(1, snapLength: 96, file.option(2, Array("eth0".utf8)))
    // Cooked, in nanoseconds, shifted by 1,000 s, with a filter as text.
    var offset = file.word(1000) + file.word(0)
    if isBig { offset = file.word(0) + file.word(1000) }
    file.addInterface(
      276,
      file.option(2, Array("any".utf8)) + file.option(9, [9]) + file.option(14, offset)
        + file.option(11, [0] + Array("udp".utf8)) + file.word(0)
    )
    file.addPacket([1, 2, 3], of: 60, at: 5_000_001)
    // Outbound; two comments; a packet id; three drops before it.
    var id = file.word(0x99) + file.word(0)
    var drops = file.word(3) + file.word(0)
    if isBig { (id, drops) = (file.word(0) + file.word(0x99), file.word(0) + file.word(3)) }
    file.addPacket(
      [4, 5, 6, 7],
      of: 4,
      at: 7_000_000_001,
      on: 1,
      file.option(1, Array("first".utf8)) + file.option(2, file.word(2))
        + file.option(1, Array("second".utf8)) + file.option(5, id) + file.option(4, drops)
        + file.word(0)
    )
    // A custom block, which tshark numbers as frame 3; an unknown block; and a simple packet of 70 bytes of which the interface's snap length left 5.
    file.add(0x0bad, [1, 2, 3, 4])
    file.add(0x1234, [])
    file.add(3, file.word(5) + [9, 9, 9, 9, 9, 0, 0, 0])
    // The obsolete packet block: interface 0 and 2 drops as halves.
    file.add(
      2,
      file.half(0) + file.half(2) + file.word(0) + file.word(6_000_000) + file.word(1)
        + file.word(1) + [8, 0, 0, 0]
    )
    // 10.0.0.1 is "a" and "b"; 2001:db8::1 is "c".
    file.add(
      4,
      file.option(1, [10, 0, 0, 1] + Array("a\0b\0".utf8))
        + file.option(2, [0x20, 1, 0xd, 0xb8] + Array(repeating: 0, count: 11) + [1, 0x63, 0])
        + file.word(0)
    )
    // Interface 1 at a time: 10 received, 4 dropped by the interface, 5 by the system.
    func count(_ value: UInt32) -> [UInt8] {
      isBig ? file.word(0) + file.word(value) : file.word(value) + file.word(0)
    }
    file.add(
      5,
      file.word(1) + file.word(0) + file.word(9) + file.option(4, count(10))
        + file.option(5, count(4)) + file.option(7, count(5))
    )
    return file
  }

  @Test(arguments: [false, true])
  func `every block type, in both byte orders`(isBig: Bool) throws {
    let capture = try Capture(bytes: Self.sample(isBig: isBig).bytes)
    #expect(
      capture.records == [
        Record(1, at: 5_000_001_000, [1, 2, 3], of: 60),
        Record(2, at: 1_007_000_000_001, [4, 5, 6, 7], of: 4, on: 1),
        Record(4, at: 1_007_000_000_001, [9, 9, 9, 9, 9], of: 5),
        Record(5, at: 6_000_000_000, [8], of: 1),
      ]
    )
    #expect(capture.interfaces.map(\.linkType) == [.ethernet, .linuxCookedV2])
    #expect(capture.interfaces.map(\.name) == ["eth0", "any"])
    #expect(capture.interfaces.map(\.filter) == [nil, "udp"])
    #expect(capture.interfaces.map(\.snapLength) == [96, 0])
    #expect(capture.interfaces.map(\.statistics.droppedBetweenRecords) == [2, 3])
    #expect(capture.interfaces[1].statistics.received == 10)
    #expect(capture.interfaces[1].statistics.droppedByInterface == 4)
    #expect(capture.interfaces[1].statistics.droppedBySystem == 5)
    #expect(capture.interfaces[1].statistics.delivered == nil)
    #expect(capture.sections.map(\.application) == ["lab"])
    #expect(
      capture.names.map { "\($0.address) \($0.name)" } == [
        "10.0.0.1 a", "10.0.0.1 b", "2001:db8::1 c",
      ]
    )
    #expect(
      capture.notes == [
        "2 comment first", "2 comment second", "2 id 153", "2 drops 3", "5 drops 2",
      ]
    )
    #expect(capture.directions == [.unknown, .outbound, .unknown, .unknown])
    #expect(capture.untimed == [4])
    #expect(capture.warnings.isEmpty)
  }

  @Test func `a second section numbers its interfaces anew and may turn the byte order`() throws {
    var file = Self.sample(isBig: true)
    var second = Blocks()
    second.addSection()
    second.addInterface(101)
    second.addPacket([7], of: 1, at: 1)
    file.bytes += second.bytes
    let capture = try Capture(bytes: file.bytes)
    #expect(capture.records.last == Record(6, at: 1_000, [7], of: 1, on: 2))
    #expect(capture.interfaces.map(\.linkType) == [.ethernet, .linuxCookedV2, .raw])
    #expect(capture.sections.map(\.firstInterface) == [0, 2])
  }

  /// `if_tsresol`, units, and the nanoseconds that they are.
  @Test(
    arguments: [
      (0, 3, 3_000_000_000), (3, 1_500, 1_500_000_000), (6, 2, 2_000), (9, 2, 2), (12, 2_999, 2),
      (28, .max, 1), (127, .max, 0), (0x80, 3, 3_000_000_000), (0x81, 3, 1_500_000_000),
      (0x80 + 32, 1 << 31, 500_000_000), (0x80 + 64, 1 << 63, 500_000_000), (0xff, .max, 0),
    ] as [(UInt8, UInt64, Int64)]
  )
  func `time stamps count powers of ten and of two`(
    resolution: UInt8,
    units: UInt64,
    nanoseconds: Int64
  ) throws {
    var file = Blocks()
    file.addSection()
    file.addInterface(1, file.option(9, [resolution]))
    file.addPacket([], of: 0, at: units)
    #expect(try Capture(bytes: file.bytes).records.map(\.time) == [nanoseconds])
  }

  @Test func `a file cut anywhere gives the records before the cut and says so`() throws {
    let bytes = Self.sample(isBig: false).bytes
    let ends = blockEnds(bytes)
    for length in 12..<bytes.count where length >= 24 {
      let capture = try Capture(bytes: Array(bytes[..<length]))
      // Packets are the blocks 4, 5, 8 and 9.
      let whole = ends.filter { $0 <= length }.count
      #expect(
        capture.records.count == [0, 0, 0, 0, 1, 2, 2, 2, 3, 4, 4, 4][whole],
        "at byte \(length)"
      )
      #expect(capture.warnings.map(\.kind) == (ends.contains(length) ? [] : [.recordCutShort]))
    }
  }

  private func blockEnds(_ bytes: [UInt8]) -> [Int] {
    var ends: [Int] = []
    var start = 0
    while start < bytes.count {
      start += Int(bytes[start + 4]) | Int(bytes[start + 5]) << 8
      ends.append(start)
    }
    return ends
  }
}

@Suite struct PcapngErrorTests {
  private func message(_ file: Blocks) -> String? {
    do {
      let capture = try Capture(bytes: file.bytes)
      return "\(capture.records.count) records"
    } catch {
      return "\(error)"
    }
  }

  private func withInterface() -> Blocks {
    var file = Blocks()
    file.addSection()
    file.addInterface(1)
    return file
  }

  @Test func `a packet of an interface that nobody described`() {
    var file = withInterface()
    file.addPacket([1], of: 1, at: 1, on: 1)
    #expect(message(file) == "memory: byte 48: interface 1 has not been described")
  }

  @Test func `two lengths that differ`() {
    var file = withInterface()
    file.bytes[44] = 24
    #expect(message(file) == "memory: byte 28: a block's two lengths differ")
  }

  @Test(arguments: [0, 8, 21, 0x7000_0000] as [UInt32])
  func `a length that no block has`(length: UInt32) {
    var file = withInterface()
    file.bytes += file.word(6) + file.word(length) + file.word(0)
    #expect(
      message(file) == "memory: byte 48: a block claims an impossible length of \(length) bytes"
    )
  }

  @Test func `a packet that is longer than its block`() {
    var file = withInterface()
    file.add(
      6,
      file.word(0) + file.word(0) + file.word(0) + file.word(5) + file.word(5) + [1, 2, 3, 4]
    )
    #expect(
      message(file) == "memory: byte 48: record 1 claims 5 captured bytes, more than its block"
    )
  }

  @Test func `an option that is longer than its block`() {
    var file = withInterface()
    file.addPacket([], of: 0, at: 1, file.half(1) + file.half(5) + file.word(0))
    #expect(message(file) == "memory: byte 76: option 1 is longer than its block")
  }

  @Test func `a section of a version from the future`() {
    var file = withInterface()
    file.bytes[12] = 2
    #expect(message(file) == "memory: byte 0: pcapng version 2 is not known: only version 1 is")
  }
}
