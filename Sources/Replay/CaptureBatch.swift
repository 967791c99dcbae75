public import CaptureFiles
public import Wire

/// Records of one file, and what is known of the interfaces that they came from: all that decoding them asks for.
///
/// Like the records themselves it may cross threads, and is used again.
public struct CaptureBatch: Sendable {
  public internal(set) var records = RecordBatch()
  /// The file, as an index into the walk's paths.
  public internal(set) var file = 0
  /// By `CaptureRecord.interface`.
  public internal(set) var interfaces: [Interface] = []

  public init() {}

  public struct Interface: Sendable, Hashable {
    public var link: LinkType
    /// What stands for the interface where packets flow; see `InterfaceNames`.
    public var number: UInt32
  }
}

extension CaptureRecord {
  /// Which way the frame went, as far as its record says.
  @inlinable
  public var direction: Packet.Direction {
    switch flags.direction {
    case .unknown: .unknown
    case .inbound: .incoming
    case .outbound: .outgoing
    }
  }
}
