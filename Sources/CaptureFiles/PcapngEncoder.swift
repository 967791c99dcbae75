public import Wire

/// Writes a pcapng file of one section, in little-endian order and nanoseconds, to the end of a byte array.
///
/// Blocks may come in any order, but an interface before what refers to it.
public struct PcapngEncoder: Sendable {
  /// What stands beside a packet's bytes in its block.
  public struct Packet: Sendable {
    public var time: Timestamp
    public var originalLength: UInt32
    /// As `add(interface:to:)` numbered it.
    public var interface: UInt32
    public var direction = RecordFlags.Direction.unknown
    /// Equal in the records of one packet that several interfaces saw.
    public var packetID: UInt64?
    public var dropCount: UInt64?
    public var comments: [String] = []

    public init(time: Timestamp, originalLength: UInt32, interface: UInt32) {
      self.time = time
      self.originalLength = originalLength
      self.interface = interface
    }
  }

  private var interfaceCount: UInt32 = 0

  /// Begins a file with its section header.
  public init(application: String, comments: [String] = [], to bytes: inout [UInt8]) {
    bytes.appendBlock(PcapngParser.Block.section) { block in
      block.appendInteger(0x1a2b_3c4d as UInt32)
      block.appendInteger(1 as UInt16)
      block.appendInteger(0 as UInt16)
      block.appendInteger(-1 as Int64)
      for comment in comments { block.append(option: PcapngOption.comment, text: comment) }
      block.append(option: 4, text: application)
      block.appendEndOfOptions()
    }
  }

  /// Describes an interface and numbers it, from 0; its times are written in nanoseconds whatever `timeUnit` says.
  public mutating func add(interface: CaptureInterface, to bytes: inout [UInt8]) -> UInt32 {
    bytes.appendBlock(PcapngParser.Block.interface) { block in
      block.appendInteger(interface.linkType.rawValue)
      block.appendInteger(0 as UInt16)
      block.appendInteger(interface.snapLength)
      if let name = interface.name { block.append(option: 2, text: name) }
      if let text = interface.description { block.append(option: 3, text: text) }
      if let speed = interface.speed { block.append(option: 8, number: speed) }
      block.append(option: 9, number: 9 as UInt8)
      if let filter = interface.filter { block.append(option: 11, text: "\0" + filter) }
      if let system = interface.operatingSystem { block.append(option: 12, text: system) }
      if let hardware = interface.hardware { block.append(option: 15, text: hardware) }
      block.appendEndOfOptions()
    }
    defer { interfaceCount += 1 }
    return interfaceCount
  }

  /// Appends an enhanced packet block.
  public func append(_ packet: Packet, frame: Span<UInt8>, to bytes: inout [UInt8]) {
    precondition(packet.interface < interfaceCount, "an interface is described before its packets")
    let start = bytes.beginBlock(PcapngParser.Block.enhancedPacket)
    bytes.appendInteger(packet.interface)
    bytes.append(time: packet.time)
    bytes.appendInteger(UInt32(frame.count))
    bytes.appendInteger(packet.originalLength)
    bytes.append(frame)
    bytes.pad()
    for comment in packet.comments { bytes.append(option: PcapngOption.comment, text: comment) }
    if packet.direction != .unknown {
      bytes.append(option: 2, number: UInt32(packet.direction.rawValue))
    }
    if let drops = packet.dropCount { bytes.append(option: 4, number: drops) }
    if let id = packet.packetID { bytes.append(option: 5, number: id) }
    if bytes.count - start > 28 + (frame.count + 3) & ~3 { bytes.appendEndOfOptions() }
    bytes.endBlock(start)
  }

  /// Appends a name resolution block, which names addresses to whoever opens the file.
  public func append(names: [ResolvedName], to bytes: inout [UInt8]) {
    bytes.appendBlock(PcapngParser.Block.names) { block in
      for entry in names {
        var value: [UInt8] = []
        if entry.address.isV4 {
          value.appendInteger(entry.address.v4Bits.byteSwapped)
        } else {
          value.appendInteger(entry.address.high.byteSwapped)
          value.appendInteger(entry.address.low.byteSwapped)
        }
        block.append(
          option: entry.address.isV4 ? 1 : 2,
          bytes: value + entry.name.utf8.prefix(65_000) + [0]
        )
      }
      block.appendEndOfOptions()
    }
  }

  /// Appends an interface statistics block: what was known at `time`.
  public func append(
    _ statistics: InterfaceStatistics,
    of interface: UInt32,
    at time: Timestamp,
    to bytes: inout [UInt8]
  ) {
    precondition(interface < interfaceCount, "an interface is described before its statistics")
    bytes.appendBlock(PcapngParser.Block.statistics) { block in
      block.appendInteger(interface)
      block.append(time: time)
      for (code, moment) in [(2, statistics.from), (3, statistics.to)] as [(UInt16, Timestamp?)] {
        guard let moment else { continue }
        var value: [UInt8] = []
        value.append(time: moment)
        block.append(option: code, bytes: value)
      }
      let counts: [(UInt16, UInt64?)] = [
        (4, statistics.received), (5, statistics.droppedByInterface),
        (6, statistics.acceptedByFilter), (7, statistics.droppedBySystem),
        (8, statistics.delivered),
      ]
      for case (let code, let count?) in counts { block.append(option: code, number: count) }
      if let count = statistics.droppedOnSending {
        var value: [UInt8] = []
        value.appendInteger(InterfaceStatistics.customOwner)
        value.appendInteger(InterfaceStatistics.customElement)
        value.appendInteger(count)
        block.append(option: InterfaceStatistics.customOption, bytes: value)
      }
      block.appendEndOfOptions()
    }
  }
}

extension [UInt8] {
  /// Appends a block around what `body` appends.
  fileprivate mutating func appendBlock(_ type: UInt32, _ body: (inout Self) -> Void) {
    let start = beginBlock(type)
    body(&self)
    endBlock(start)
  }

  fileprivate mutating func beginBlock(_ type: UInt32) -> Int {
    appendInteger(type)
    appendInteger(0 as UInt32)
    return count - 8
  }

  fileprivate mutating func endBlock(_ start: Int) {
    let length = UInt32(count - start + 4)
    appendInteger(length)
    for index in 0..<4 {
      self[start + 4 + index] = UInt8(truncatingIfNeeded: length >> (8 * index))
    }
  }

  /// Appends zeros up to the next 32 bits; every file begins at a multiple of them.
  fileprivate mutating func pad() {
    while count % 4 != 0 { append(0) }
  }

  /// Appends a time as two words, the upper one first.
  fileprivate mutating func append(time: Timestamp) {
    let units = UInt64(Swift.max(0, time.nanoseconds))
    appendInteger(UInt32(units >> 32))
    appendInteger(UInt32(truncatingIfNeeded: units))
  }

  fileprivate mutating func append(option code: UInt16, bytes: some Collection<UInt8>) {
    appendInteger(code)
    appendInteger(UInt16(bytes.count))
    append(contentsOf: bytes)
    pad()
  }

  fileprivate mutating func append(option code: UInt16, number: some FixedWidthInteger) {
    var value: Self = []
    value.appendInteger(number)
    append(option: code, bytes: value)
  }

  /// Appends as much of a text as an option can hold, cut between characters.
  fileprivate mutating func append(option code: UInt16, text: String) {
    var end =
      text.utf8.index(text.startIndex, offsetBy: 65_532, limitedBy: text.endIndex)
      .flatMap { String.Index($0, within: text) } ?? text.endIndex
    while text.utf8.distance(from: text.startIndex, to: end) > 65_532 {
      end = text.index(before: end)
    }
    append(option: code, bytes: Array(text[..<end].utf8))
  }

  fileprivate mutating func appendEndOfOptions() {
    appendInteger(0 as UInt32)
  }
}
