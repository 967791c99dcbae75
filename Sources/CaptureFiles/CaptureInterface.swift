public import Wire

/// An interface that a capture was taken on, as far as its file describes it.
///
/// A pcap file has exactly one, without a name.
public struct CaptureInterface: Hashable, Sendable {
  public var linkType: LinkType
  /// The most bytes that were kept of a frame; 0 is no limit.
  public var snapLength: UInt32
  public var name: String?
  public var description: String?
  /// The capture filter, as its author wrote it.
  public var filter: String?
  public var operatingSystem: String?
  public var hardware: String?
  /// Bits per second.
  public var speed: UInt64?
  public var timeUnit: TimeUnit
  public var statistics = InterfaceStatistics()

  public init(
    linkType: LinkType,
    snapLength: UInt32 = 0,
    name: String? = nil,
    timeUnit: TimeUnit = .microseconds
  ) {
    self.linkType = linkType
    self.snapLength = snapLength
    self.name = name
    self.timeUnit = timeUnit
  }
}

/// What the last statistics block of an interface counted; `nil` is what it did not say.
public struct InterfaceStatistics: Hashable, Sendable {
  public var from: Timestamp?
  public var to: Timestamp?
  public var received: UInt64?
  /// Lost by the interface for want of resources.
  public var droppedByInterface: UInt64?
  public var acceptedByFilter: UInt64?
  /// Lost between the filter and the capturing program.
  public var droppedBySystem: UInt64?
  public var delivered: UInt64?
  /// Not sent by the interface, for which pcapng has no option of its own.
  public var droppedOnSending: UInt64?
  /// The sum of the drop counts that stood with single records.
  public var droppedBetweenRecords: UInt64 = 0

  /// What was lost, as far as an interface and a system tell.
  var lost: UInt64 {
    (droppedByInterface ?? 0) &+ (droppedBySystem ?? 0) &+ (droppedOnSending ?? 0)
  }

  /// The custom option of pcapng that holds `droppedOnSending`: 2989, binary, may be copied.
  ///
  /// Whose it is, what it is, and the count, as 4, 4 and 8 bytes in the section's order; as docs/ipfix.md numbers them.
  static let customOption: UInt16 = 2989
  static let customOwner: UInt32 = 32_473
  static let customElement: UInt32 = 98

  public init() {}
}
