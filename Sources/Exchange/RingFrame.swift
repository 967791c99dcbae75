public import Wire

/// A frame of an agent's ring, as an answer to a request; payload included, as far as the ring holds it.
public struct RingFrame: Hashable, Sendable {
  /// No ring keeps more of a frame.
  public static let mostBytes = 9_216
  private static let mostNameBytes = 64

  public var request: UInt64
  public var time: Timestamp
  /// Its number among the frames that the agent captured.
  public var number: UInt64
  public var link: LinkType
  /// The length on the wire, its link header included; 65,535 for what is longer.
  public var originalLength: UInt32
  /// Where it was seen; empty where that is not known any more.
  public var interface: String
  public var bytes: [UInt8]

  public init(
    request: UInt64,
    time: Timestamp,
    number: UInt64,
    link: LinkType,
    originalLength: UInt32,
    interface: String,
    bytes: [UInt8]
  ) {
    self.request = request
    self.time = time
    self.number = number
    self.link = link
    self.originalLength = originalLength
    self.interface = interface
    self.bytes = bytes
  }
}

extension RingFrame {
  func write(to record: inout Record) -> RecordShape {
    var shape = record.begin(.ringFrame)
    record[.request] = request
    record.put(time, .time, &shape)
    record[.frameNumber] = number
    record[.linkType] = UInt64(link.rawValue)
    record[.frameLength] = UInt64(min(originalLength, UInt32(UInt16.max)))
    record.text = Array(interface.utf8.prefix(Self.mostNameBytes))
    record.octets = bytes.count > Self.mostBytes ? Array(bytes.prefix(Self.mostBytes)) : bytes
    return shape
  }

  init(_ record: Record) {
    self.init(
      request: record[.request],
      time: record[time: .time],
      number: record[.frameNumber],
      link: LinkType(rawValue: UInt16(truncatingIfNeeded: record[.linkType])),
      originalLength: record.integer32(.frameLength),
      interface: String(decoding: record.text.prefix(Self.mostNameBytes), as: UTF8.self),
      bytes: Array(record.octets.prefix(Self.mostBytes))
    )
  }
}
