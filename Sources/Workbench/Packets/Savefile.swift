public import Wire

/// One captured frame and when it was seen.
public struct Record: Hashable, Sendable {
  public var time: Timestamp
  public var bytes: [UInt8]
  /// The length on the wire, where a snap length cut the bytes.
  public var originalLength: Int

  public init(at time: Timestamp, _ bytes: [UInt8]) {
    self.time = time
    self.bytes = bytes
    originalLength = bytes.count
  }

  /// The record as a capture with this snap length would hold it.
  public func cut(to snapLength: Int) -> Record {
    var record = self
    record.bytes = Array(bytes.prefix(snapLength))
    return record
  }
}

/// The bytes of savefiles, little-endian with nanoseconds.
public enum Savefile {
  /// A classic pcap of one link type.
  public static func pcap(_ records: [Record], link: LinkType, snapLength: Int = 262_144) -> [UInt8]
  {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(24 + records.reduce(0) { $0 + 16 + $1.bytes.count })
    bytes.little32(0xa1b2_3c4d)
    bytes.little16(2)
    bytes.little16(4)
    bytes.little32(0)
    bytes.little32(0)
    bytes.little32(UInt32(snapLength))
    bytes.little32(UInt32(link.rawValue))
    for record in records {
      let time = record.time.nanoseconds
      bytes.little32(UInt32(truncatingIfNeeded: time / 1_000_000_000))
      bytes.little32(UInt32(truncatingIfNeeded: time % 1_000_000_000))
      bytes.little32(UInt32(record.bytes.count))
      bytes.little32(UInt32(record.originalLength))
      bytes += record.bytes
    }
    return bytes
  }

  /// A pcapng section with one named interface for each of `interfaces`; a record tells its own by index.
  public static func pcapng(
    interfaces: [(name: String, link: LinkType)],
    _ records: [(interface: Int, record: Record)]
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    var section: [UInt8] = []
    section.little32(0x1a2b_3c4d)
    section.little16(1)
    section.little16(0)
    section += Array(repeating: 0xff, count: 8)
    bytes.block(0x0a0d_0d0a, section)
    for interface in interfaces {
      var body: [UInt8] = []
      body.little16(interface.link.rawValue)
      body.little16(0)
      body.little32(262_144)
      body.option(2, Array(interface.name.utf8))
      body.option(9, [9])
      body.little32(0)
      bytes.block(1, body)
    }
    for (interface, record) in records {
      var body: [UInt8] = []
      body.little32(UInt32(interface))
      body.little32(UInt32(truncatingIfNeeded: record.time.nanoseconds >> 32))
      body.little32(UInt32(truncatingIfNeeded: record.time.nanoseconds))
      body.little32(UInt32(record.bytes.count))
      body.little32(UInt32(record.originalLength))
      body.padded(record.bytes)
      bytes.block(6, body)
    }
    return bytes
  }
}

extension [UInt8] {
  mutating func little16(_ value: UInt16) {
    append(UInt8(truncatingIfNeeded: value))
    append(UInt8(truncatingIfNeeded: value >> 8))
  }

  mutating func little32(_ value: UInt32) {
    little16(UInt16(truncatingIfNeeded: value))
    little16(UInt16(truncatingIfNeeded: value >> 16))
  }

  fileprivate mutating func padded(_ bytes: [UInt8]) {
    self += bytes
    self += Array(repeating: 0, count: (4 - bytes.count % 4) % 4)
  }

  fileprivate mutating func option(_ code: UInt16, _ value: [UInt8]) {
    little16(code)
    little16(UInt16(value.count))
    padded(value)
  }

  fileprivate mutating func block(_ type: UInt32, _ body: [UInt8]) {
    little32(type)
    little32(UInt32(12 + body.count))
    self += body
    little32(UInt32(12 + body.count))
  }
}
