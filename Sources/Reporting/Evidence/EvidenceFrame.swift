public import CaptureFiles
public import Wire

/// What is known of a frame of a capture beside its bytes.
public struct EvidenceFrame: Sendable {
  /// The capture, by the number that it was given.
  public var file: Int
  /// The frame's number in its file, from 1.
  public var number: UInt64
  public var time: Timestamp
  public var link: LinkType
  public var originalLength: UInt32
  public var direction: Packet.Direction
  /// What stands for its interface, and the interface's name where the file tells it.
  public var interface: UInt32
  public var interfaceName: String?

  public init(
    _ record: CaptureRecord,
    file: Int,
    link: LinkType,
    direction: Packet.Direction,
    interface: UInt32,
    interfaceName: String?
  ) {
    self.file = file
    number = record.number
    time = record.time
    originalLength = record.originalLength
    self.link = link
    self.direction = direction
    self.interface = interface
    self.interfaceName = interfaceName
  }

  var key: FrameKey { FrameKey(file: file, number: number) }
}

/// A frame of the analysis.
struct FrameKey: Hashable, Comparable {
  var file: Int
  var number: UInt64

  static func < (left: Self, right: Self) -> Bool {
    (left.file, left.number) < (right.file, right.number)
  }
}
