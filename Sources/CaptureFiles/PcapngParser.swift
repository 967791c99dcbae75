internal import Wire

/// Reads the blocks of a pcapng file (draft-ietf-opsawg-pcapng): packets into records, the rest into what is known
/// of sections, interfaces and names.
///
///      0                   1                   2                   3
///     +---------------------------------------------------------------+
///     |                           block type                          |
///     |                       block total length                      |
///     |                 body, padded with zeros to 32 bits            |
///     |                       block total length                      |
///     +---------------------------------------------------------------+
struct PcapngParser: Sendable {
  /// A block is held in memory as a whole; Wireshark takes no longer ones either.
  static let longestBlock = 16 << 20
  /// Bounds what a hostile file can make us remember.
  static let mostInterfaces = 65_536
  static let mostNames = 65_536

  enum Block {
    static let interface: UInt32 = 1
    static let obsoletePacket: UInt32 = 2
    static let simplePacket: UInt32 = 3
    static let names: UInt32 = 4
    static let statistics: UInt32 = 5
    static let enhancedPacket: UInt32 = 6
    /// What is no packet, and yet a frame with a number to Wireshark: journal entries, custom blocks, system calls.
    static let otherFrames: Set<UInt32> = [9, 0x0bad, 0x4000_0bad, 0x204]
    /// The same in both byte orders.
    static let section: UInt32 = 0x0a0d_0d0a
  }

  var sections: [CaptureSection] = []
  var interfaces: [CaptureInterface] = []
  var names: [ResolvedName] = []
  /// Names that were not kept.
  var lostNames = 0
  var order = ByteOrder.little
  var firstInterface = 0
  var recordCount: UInt64 = 0
  var lastTime = Timestamp(nanoseconds: 0)

  static func recognises(_ bytes: Span<UInt8>) -> Bool {
    bytes.count >= 12 && bytes.integer(UInt32.self, at: 0, .little) == Block.section
      && byteOrder(bytes, ofSectionAt: 0) != nil
  }

  /// A section header's third word is written so that it tells the order of all others.
  static func byteOrder(_ bytes: Span<UInt8>, ofSectionAt start: Int) -> ByteOrder? {
    switch bytes.integer(UInt32.self, at: start + 8, .little) {
    case 0x1a2b_3c4d: .little
    case 0x4d3c_2b1a: .big
    default: nil
    }
  }

  /// Takes every complete block out of `bytes`.
  mutating func parse(
    _ bytes: Span<UInt8>,
    into records: inout [CaptureRecord],
    _ annotations: inout [RecordAnnotation]
  ) -> ParseProgress {
    var progress = ParseProgress()
    do throws(ParseFailure) {
      while bytes.count - progress.consumed >= 12 {
        let start = progress.consumed
        let type: UInt32 = bytes.integer(at: start, order)
        if type == Block.section { try begin(bytes, sectionAt: start) }
        let length = Int(bytes.integer(UInt32.self, at: start + 4, order))
        guard length >= 12, length % 4 == 0, length <= Self.longestBlock else {
          throw ParseFailure("a block claims an impossible length of \(length) bytes", at: start)
        }
        guard bytes.count - start >= length else {
          progress.needed = length
          return progress
        }
        let end = start + length
        guard bytes.integer(UInt32.self, at: end - 4, order) == length else {
          throw ParseFailure("a block's two lengths differ", at: start)
        }
        if type == Block.enhancedPacket {
          try take(bytes, packetIn: start..<end, isObsolete: false, &records, &annotations)
        } else {
          try take(bytes, type, blockIn: start..<end, &records, &annotations)
        }
        progress.consumed = end
      }
      progress.needed = 12
    } catch {
      progress.failure = error
    }
    return progress
  }

  private mutating func take(
    _ bytes: Span<UInt8>,
    _ type: UInt32,
    blockIn block: Range<Int>,
    _ records: inout [CaptureRecord],
    _ annotations: inout [RecordAnnotation]
  ) throws(ParseFailure) {
    switch type {
    case Block.section: try take(bytes, sectionIn: block)
    case Block.interface: try take(bytes, interfaceIn: block)
    case Block.obsoletePacket:
      try take(bytes, packetIn: block, isObsolete: true, &records, &annotations)
    case Block.simplePacket: try take(bytes, simplePacketIn: block, &records)
    case Block.names: try take(bytes, namesIn: block)
    case Block.statistics: try take(bytes, statisticsIn: block)
    default:
      if Block.otherFrames.contains(type) { recordCount += 1 }
    }
  }
}
