internal import Wire

/// Reads the records of a pcap file (draft-ietf-opsawg-pcap).
///
///      0                   1                   2                   3
///     +---------------------------------------------------------------+
///     |                            seconds                            |
///     |                  microseconds or nanoseconds                  |
///     |                        captured length                        |
///     |                        original length                        |
///     +---------------------------------------------------------------+
struct PcapParser: Sendable {
  static let fileHeaderLength = 24
  /// What any tool's record may be long, whatever snap length its file header claims.
  static let usualLimit: UInt32 = 262_144
  static let highestLimit: UInt32 = 256 << 20

  let interface: CaptureInterface
  private let order: ByteOrder
  private let nanosecondsPerFraction: Int64
  private let recordHeaderLength: Int
  private let limit: UInt32
  private var recordCount: UInt64 = 0

  /// Reads the file header, of which at least 24 bytes are there; `nil` if it has no magic number of pcap's.
  ///
  ///      0                   1                   2                   3
  ///     +---------------------------------------------------------------+
  ///     |                          magic number                         |
  ///     |         major version         |         minor version         |
  ///     |                         (time zone: 0)                        |
  ///     |                    (time stamp accuracy: 0)                   |
  ///     |                          snap length                          |
  ///     | FCS |f|                  |            link type               |
  ///     +---------------------------------------------------------------+
  init?(fileHeader bytes: Span<UInt8>) throws(ParseFailure) {
    guard let magic = Magic(bytes) else { return nil }
    order = magic.order
    nanosecondsPerFraction = magic.nanosecondsPerFraction
    recordHeaderLength = magic.recordHeaderLength
    let version: UInt16 = bytes.integer(at: 4, order)
    guard version == 2 else {
      throw ParseFailure("pcap version \(version) is not known: only version 2 is", at: 4)
    }
    let snapLength: UInt32 = bytes.integer(at: 16, order)
    let linkType: UInt32 = bytes.integer(at: 20, order)
    limit = max(Self.usualLimit, min(snapLength, Self.highestLimit))
    interface = CaptureInterface(
      linkType: LinkType(rawValue: UInt16(truncatingIfNeeded: linkType)),
      snapLength: snapLength,
      timeUnit: magic.nanosecondsPerFraction == 1 ? .nanoseconds : .microseconds
    )
  }

  /// The four magic numbers, each in the byte order of the file's writer.
  struct Magic {
    var order = ByteOrder.little
    var nanosecondsPerFraction: Int64 = 1_000
    var recordHeaderLength = 16

    init?(_ bytes: Span<UInt8>) {
      guard bytes.count >= 4 else { return nil }
      let number: UInt32 = bytes.integer(at: 0, .little)
      let known: Set<UInt32> = [0xa1b2_c3d4, 0xa1b2_3c4d, 0xa1b2_cd34]
      if !known.contains(number) { order = .big }
      switch order == .little ? number : number.byteSwapped {
      case 0xa1b2_c3d4: break
      case 0xa1b2_3c4d: nanosecondsPerFraction = 1
      // Linux distributions of the 1990s: eight more bytes in each record's header.
      case 0xa1b2_cd34: recordHeaderLength = 24
      default: return nil
      }
    }
  }

  /// Takes every complete record out of `bytes`.
  mutating func parse(_ bytes: Span<UInt8>, into records: inout [CaptureRecord]) -> ParseProgress {
    switch order {
    case .little: parse(bytes, .little, into: &records)
    case .big: parse(bytes, .big, into: &records)
    }
  }

  @inline(__always)
  private mutating func parse(
    _ bytes: Span<UInt8>,
    _ order: ByteOrder,
    into records: inout [CaptureRecord]
  ) -> ParseProgress {
    var progress = ParseProgress()
    var number = recordCount
    defer { recordCount = number }
    while bytes.count &- progress.consumed >= recordHeaderLength {
      let start = progress.consumed
      let capturedLength: UInt32 = bytes.integer(at: start &+ 8, order)
      guard capturedLength <= limit else {
        progress.failure = ParseFailure(
          "record \(number + 1) claims \(capturedLength) captured bytes, more than \(limit)",
          at: start
        )
        return progress
      }
      let end = start &+ recordHeaderLength &+ Int(capturedLength)
      guard end <= bytes.count else {
        progress.needed = end - start
        return progress
      }
      let seconds: UInt32 = bytes.integer(at: start, order)
      let fraction: UInt32 = bytes.integer(at: start &+ 4, order)
      number &+= 1
      records.append(
        CaptureRecord(
          // 2^32 seconds and 2^32 microseconds fit: no claim can overflow this.
          time: Timestamp(
            nanoseconds: Int64(seconds) &* 1_000_000_000
              &+ Int64(fraction) &* nanosecondsPerFraction
          ),
          number: number,
          offset: UInt32(truncatingIfNeeded: start &+ recordHeaderLength),
          capturedLength: capturedLength,
          originalLength: bytes.integer(at: start &+ 12, order)
        )
      )
      progress.consumed = end
    }
    progress.needed = recordHeaderLength
    return progress
  }
}
