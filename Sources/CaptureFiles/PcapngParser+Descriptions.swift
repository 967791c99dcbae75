internal import Wire

extension PcapngParser {
  mutating func begin(_ bytes: Span<UInt8>, sectionAt start: Int) throws(ParseFailure) {
    guard let order = Self.byteOrder(bytes, ofSectionAt: start) else {
      throw ParseFailure("a section header has no byte-order magic", at: start)
    }
    self.order = order
  }

  /// Takes a section header block.
  ///
  ///      0                   1                   2                   3
  ///     +---------------------------------------------------------------+
  ///   8 |                        byte-order magic                       |
  ///  12 |         major version         |         minor version         |
  ///  16 |               section length (64 bits, -1: unknown)           |
  ///  24 |                            options                            |
  ///     +---------------------------------------------------------------+
  mutating func take(_ bytes: Span<UInt8>, sectionIn block: Range<Int>)
    throws(ParseFailure)
  {
    let start = block.lowerBound
    guard block.count >= 28 else { throw ParseFailure("a section header is too short", at: start) }
    let version: UInt16 = bytes.integer(at: start + 12, order)
    guard version == 1 else {
      throw ParseFailure("pcapng version \(version) is not known: only version 1 is", at: start)
    }
    guard sections.count < Self.mostInterfaces else {
      throw ParseFailure("the file has more than \(Self.mostInterfaces) sections", at: start)
    }
    firstInterface = interfaces.count
    var section = CaptureSection(firstInterface: firstInterface)
    var options = PcapngOptions(start + 24..<block.upperBound - 4, order)
    while let option = try options.next(in: bytes) {
      switch option.code {
      case PcapngOption.comment: section.comments.append(bytes.text(option.value))
      case 2: section.hardware = bytes.text(option.value)
      case 3: section.operatingSystem = bytes.text(option.value)
      case 4: section.application = bytes.text(option.value)
      default: break
      }
    }
    sections.append(section)
  }

  /// Takes an interface description block.
  ///
  ///      0                   1                   2                   3
  ///     +---------------------------------------------------------------+
  ///   8 |           link type           |           reserved            |
  ///  12 |                          snap length                          |
  ///  16 |                            options                            |
  ///     +---------------------------------------------------------------+
  mutating func take(_ bytes: Span<UInt8>, interfaceIn block: Range<Int>)
    throws(ParseFailure)
  {
    let start = block.lowerBound
    guard block.count >= 20 else {
      throw ParseFailure("an interface description is too short", at: start)
    }
    guard interfaces.count < Self.mostInterfaces else {
      throw ParseFailure("the file has more than \(Self.mostInterfaces) interfaces", at: start)
    }
    var interface = CaptureInterface(
      linkType: LinkType(rawValue: bytes.integer(at: start + 8, order)),
      snapLength: bytes.integer(at: start + 12, order)
    )
    var resolution: UInt8?
    var offset: Int64 = 0
    var options = PcapngOptions(start + 16..<block.upperBound - 4, order)
    while let option = try options.next(in: bytes) {
      switch option.code {
      case 2: interface.name = bytes.text(option.value)
      case 3: interface.description = bytes.text(option.value)
      case 8: interface.speed = bytes.number(option, order)
      case 9: resolution = bytes.number(option, order)
      // The first byte says how the filter is written: 0 is text.
      case 11 where option.value.first.map { bytes[$0] } == 0:
        interface.filter = bytes.text(option.value.dropFirst())
      case 12: interface.operatingSystem = bytes.text(option.value)
      case 14: offset = bytes.number(option, order) ?? 0
      case 15: interface.hardware = bytes.text(option.value)
      default: break
      }
    }
    if let resolution { interface.timeUnit = TimeUnit(resolution: resolution) }
    interface.timeUnit.offset = offset &* 1_000_000_000
    interfaces.append(interface)
  }

  /// Takes a name resolution block: like-shaped records of an address and its names, each ended by a zero.
  mutating func take(_ bytes: Span<UInt8>, namesIn block: Range<Int>) throws(ParseFailure) {
    var entries = PcapngOptions(block.lowerBound + 8..<block.upperBound - 4, order)
    while let entry = try entries.next(in: bytes) {
      let start = entry.value.lowerBound
      let address: IPAddress
      let text: Range<Int>
      switch entry.code {
      case 1 where entry.value.count >= 4:
        address = IPAddress(v4: bytes.integer(at: start, .big))
        text = start + 4..<entry.value.upperBound
      case 2 where entry.value.count >= 16:
        address = IPAddress(
          high: bytes.integer(at: start, .big),
          low: bytes.integer(at: start + 8, .big)
        )
        text = start + 16..<entry.value.upperBound
      default: continue
      }
      for name in bytes.text(text).split(separator: "\0") {
        if names.count < Self.mostNames {
          names.append(ResolvedName(address: address, name: String(name)))
        } else {
          lostNames += 1
        }
      }
    }
  }

  /// Takes an interface statistics block.
  ///
  ///      0                   1                   2                   3
  ///     +---------------------------------------------------------------+
  ///   8 |                           interface                           |
  ///  12 |                 time stamp, the upper 32 bits                 |
  ///  16 |                 time stamp, the lower 32 bits                 |
  ///  20 |                            options                            |
  ///     +---------------------------------------------------------------+
  mutating func take(_ bytes: Span<UInt8>, statisticsIn block: Range<Int>)
    throws(ParseFailure)
  {
    let start = block.lowerBound
    guard block.count >= 24 else {
      throw ParseFailure("a statistics block is too short", at: start)
    }
    let interface = try index(ofInterface: bytes.integer(at: start + 8, order), at: start)
    let unit = interfaces[interface].timeUnit
    var statistics = InterfaceStatistics()
    statistics.droppedBetweenRecords = interfaces[interface].statistics.droppedBetweenRecords
    var options = PcapngOptions(start + 20..<block.upperBound - 4, order)
    while let option = try options.next(in: bytes) {
      if option.code == InterfaceStatistics.customOption {
        takeCustom(bytes, option.value, &statistics)
        continue
      }
      guard let number: UInt64 = bytes.number(option, order) else { continue }
      switch option.code {
      // A time stamp is two words, the upper one first, whatever the byte order.
      case 2: statistics.from = unit.time(time(number))
      case 3: statistics.to = unit.time(time(number))
      case 4: statistics.received = number
      case 5: statistics.droppedByInterface = number
      case 6: statistics.acceptedByFilter = number
      case 7: statistics.droppedBySystem = number
      case 8: statistics.delivered = number
      default: break
      }
    }
    interfaces[interface].statistics = statistics
  }

  /// Reads an option that only we write; another one's is no news.
  private func takeCustom(
    _ bytes: Span<UInt8>,
    _ value: Range<Int>,
    _ statistics: inout InterfaceStatistics
  ) {
    guard value.count == 16,
      bytes.integer(at: value.lowerBound, order) == InterfaceStatistics.customOwner,
      bytes.integer(at: value.lowerBound + 4, order) == InterfaceStatistics.customElement
    else { return }
    statistics.droppedOnSending = bytes.integer(at: value.lowerBound + 8, order)
  }

  /// Exchanges the halves of a little-endian section's 64 bits.
  private func time(_ number: UInt64) -> UInt64 {
    order == .big ? number : number << 32 | number >> 32
  }
}
