/// What every IPFIX message begins with (RFC 7011, 3.1).
///
///      0                   1                   2                   3
///     +-------------------+-------------------+-------------------+---+
///     |     version 10    |       length      |      export time      |
///     +-------------------+-------------------+-----------------------+
///     |            sequence number            |  observation domain   |
///     +---------------------------------------+-----------------------+
public struct MessageHeader: Equatable, Sendable {
  public static let byteCount = 16
  public static let version: UInt16 = 10
  /// The most bytes that a message can have.
  public static let mostBytes = 65_535

  /// Of the whole message, this header included.
  public var length: Int
  /// Seconds since 1970, modulo 2^32.
  public var exportTime: UInt32
  /// How many data records the domain had sent in this session before the message, modulo 2^32.
  public var sequence: UInt32
  public var domain: UInt32

  /// Nil where the bytes are not the beginning of a message.
  public init?(_ bytes: Span<UInt8>) {
    guard bytes.count >= Self.byteCount, bytes.integer16(at: 0) == Self.version else { return nil }
    length = Int(bytes.integer16(at: 2))
    exportTime = UInt32(truncatingIfNeeded: bytes.integer(at: 4, length: 4))
    sequence = UInt32(truncatingIfNeeded: bytes.integer(at: 8, length: 4))
    domain = UInt32(truncatingIfNeeded: bytes.integer(at: 12, length: 4))
    guard length >= Self.byteCount else { return nil }
  }

  init(length: Int, exportTime: UInt32, sequence: UInt32, domain: UInt32) {
    self.length = length
    self.exportTime = exportTime
    self.sequence = sequence
    self.domain = domain
  }

  /// Writes itself over the first bytes of its message.
  func write(to message: inout [UInt8]) {
    message.put(bigEndian: UInt64(Self.version), length: 2, at: 0)
    message.put(bigEndian: UInt64(length), length: 2, at: 2)
    message.put(bigEndian: UInt64(exportTime), length: 4, at: 4)
    message.put(bigEndian: UInt64(sequence), length: 4, at: 8)
    message.put(bigEndian: UInt64(domain), length: 4, at: 12)
  }
}

/// The sets of a message that are no data.
enum SetID {
  static let template: UInt16 = 2
  static let optionsTemplate: UInt16 = 3
  /// The first that is data, and the first number that a template may have.
  static let firstData: UInt16 = 256
  static let headerLength = 4
}
