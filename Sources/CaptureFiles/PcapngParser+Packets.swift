internal import Wire

extension PcapngParser {
  /// Takes an enhanced packet block, or the packet block that it replaced.
  ///
  ///      0                   1                   2                   3
  ///     +---------------------------------------------------------------+
  ///   8 |       interface (obsolete: 16 bits, then 16 of drops)         |
  ///  12 |                 time stamp, the upper 32 bits                 |
  ///  16 |                 time stamp, the lower 32 bits                 |
  ///  20 |                        captured length                        |
  ///  24 |                        original length                        |
  ///  28 |                   packet, padded; then options                |
  ///     +---------------------------------------------------------------+
  @inline(__always)
  mutating func take(
    _ bytes: Span<UInt8>,
    packetIn block: Range<Int>,
    isObsolete: Bool,
    _ records: inout [CaptureRecord],
    _ annotations: inout [RecordAnnotation]
  ) throws(ParseFailure) {
    let start = block.lowerBound
    guard block.count >= 32 else { throw ParseFailure("a packet block is too short", at: start) }
    let packet = start + 28
    let capturedLength: UInt32 = bytes.integer(at: start + 20, order)
    guard Int(capturedLength) <= block.count - 32 else {
      throw ParseFailure(
        "record \(recordCount + 1) claims \(capturedLength) captured bytes, more than its block",
        at: start
      )
    }
    let claimed =
      isObsolete
      ? UInt32(bytes.integer(UInt16.self, at: start + 8, order))
      : bytes.integer(UInt32.self, at: start + 8, order)
    let interface = try index(ofInterface: claimed, at: start)
    let upper: UInt32 = bytes.integer(at: start + 12, order)
    let lower: UInt32 = bytes.integer(at: start + 16, order)
    lastTime = interfaces[interface].timeUnit.time(UInt64(upper) << 32 | UInt64(lower))
    recordCount += 1
    records.append(
      CaptureRecord(
        time: lastTime,
        number: recordCount,
        offset: UInt32(packet),
        capturedLength: capturedLength,
        originalLength: bytes.integer(at: start + 24, order),
        interface: UInt32(interface)
      )
    )
    if isObsolete {
      let drops: UInt16 = bytes.integer(at: start + 10, order)
      if drops != .max, drops > 0 { note(UInt64(drops), interface, records, &annotations) }
    }
    let options = packet + (Int(capturedLength) + 3) & ~3..<block.upperBound - 4
    if options.count >= 4 {
      try take(bytes, packetOptionsIn: options, interface, &records, &annotations)
    }
  }

  mutating func take(
    _ bytes: Span<UInt8>,
    packetOptionsIn range: Range<Int>,
    _ interface: Int,
    _ records: inout [CaptureRecord],
    _ annotations: inout [RecordAnnotation]
  ) throws(ParseFailure) {
    var options = PcapngOptions(range, order)
    let record = records.count - 1
    while let option = try options.next(in: bytes) {
      switch option.code {
      case PcapngOption.comment:
        let text = UInt32(option.value.lowerBound)..<UInt32(option.value.upperBound)
        annotations.append(RecordAnnotation(record: record, content: .comment(text)))
      case 2:
        if let word: UInt32 = bytes.number(option, order) {
          records[record].flags = RecordFlags(rawValue: UInt64(word))
        }
      case 4:
        if let drops: UInt64 = bytes.number(option, order) {
          note(drops, interface, records, &annotations)
        }
      case 5:
        if let id: UInt64 = bytes.number(option, order) {
          annotations.append(RecordAnnotation(record: record, content: .packetID(id)))
        }
      default: break
      }
    }
  }

  private mutating func note(
    _ drops: UInt64,
    _ interface: Int,
    _ records: [CaptureRecord],
    _ annotations: inout [RecordAnnotation]
  ) {
    interfaces[interface].statistics.droppedBetweenRecords &+= drops
    annotations.append(RecordAnnotation(record: records.count - 1, content: .dropCount(drops)))
  }

  /// Takes a simple packet block: an original length and the packet, of the section's first interface.
  mutating func take(
    _ bytes: Span<UInt8>,
    simplePacketIn block: Range<Int>,
    _ records: inout [CaptureRecord]
  ) throws(ParseFailure) {
    let start = block.lowerBound
    guard block.count >= 16 else { throw ParseFailure("a packet block is too short", at: start) }
    let interface = try index(ofInterface: 0, at: start)
    let originalLength: UInt32 = bytes.integer(at: start + 8, order)
    let snapLength = interfaces[interface].snapLength
    let capturedLength = min(
      originalLength,
      snapLength == 0 ? .max : snapLength,
      UInt32(block.count - 16)
    )
    recordCount += 1
    records.append(
      CaptureRecord(
        time: lastTime,
        number: recordCount,
        offset: UInt32(start + 12),
        capturedLength: capturedLength,
        originalLength: originalLength,
        interface: UInt32(interface),
        flags: .untimed
      )
    )
  }

  /// Interfaces are numbered anew in each section.
  @inline(__always)
  func index(ofInterface claimed: UInt32, at start: Int) throws(ParseFailure) -> Int {
    let index = firstInterface + Int(claimed)
    guard index < interfaces.count else {
      throw ParseFailure("interface \(claimed) has not been described", at: start)
    }
    return index
  }
}
