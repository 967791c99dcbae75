public import Wire

/// One record of a capture: where its bytes are in its batch, and what the file said of it.
///
/// Forty bytes and no references, so that a batch of them is one flat array.
@frozen
public struct CaptureRecord: Hashable, Sendable {
  public var time: Timestamp
  /// The frame number in its file, from 1, as tshark numbers frames.
  public var number: UInt64
  /// Where the captured bytes begin in `RecordBatch.bytes`.
  public var offset: UInt32
  public var capturedLength: UInt32
  /// The length on the wire; a claim, which may be less than `capturedLength`.
  public var originalLength: UInt32
  /// An index into the reader's `interfaces`.
  public var interface: UInt32
  public var flags: RecordFlags

  @inlinable
  public init(
    time: Timestamp,
    number: UInt64,
    offset: UInt32,
    capturedLength: UInt32,
    originalLength: UInt32,
    interface: UInt32 = 0,
    flags: RecordFlags = RecordFlags(rawValue: 0)
  ) {
    self.time = time
    self.number = number
    self.offset = offset
    self.capturedLength = capturedLength
    self.originalLength = originalLength
    self.interface = interface
    self.flags = flags
  }

  /// The snap length cut bytes off.
  @inlinable
  public var isCut: Bool { capturedLength < originalLength }

  /// The captured bytes as indices into `RecordBatch.bytes`.
  @inlinable
  public var range: Range<Int> { Int(offset)..<Int(offset) + Int(capturedLength) }
}

/// The flags word of an enhanced packet block (pcapng, 4.3.1), and whether the record has a time at all.
@frozen
public struct RecordFlags: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt64

  @inlinable
  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// Which way a frame passed the interface; `unknown` is what most files say.
  public enum Direction: UInt8, Sendable {
    case unknown
    case inbound
    case outbound
  }

  public var direction: Direction { Direction(rawValue: UInt8(rawValue & 3)) ?? .unknown }

  /// The 32 bits as the file has them.
  public var word: UInt32 { UInt32(truncatingIfNeeded: rawValue) }

  /// A simple packet block has no time stamp: its `time` is the one of the record before it.
  public static let untimed = Self(rawValue: 1 << 32)

  public var isUntimed: Bool { rawValue & Self.untimed.rawValue != 0 }
}
