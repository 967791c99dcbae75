/// What an interface lost by itself while it was captured, mostly before any program could see it.
///
/// The capture's own drops are not among it: of them the kernel does not say at which interface they were.
public struct InterfaceLoss: Hashable, Sendable {
  public var name: String
  /// What it received; lost frames are not among them.
  public var received: UInt64 = 0
  /// Frames for which the device or its driver had no room.
  public var missed: UInt64 = 0
  /// Frames that the kernel did not take from it: its queue was full, or they were longer than the interface takes.
  public var refused: UInt64 = 0
  /// Frames that it was to send and dropped, most of them after a capture saw them leave.
  public var unsent: UInt64 = 0

  public init(name: String) {
    self.name = name
  }

  /// What nobody saw.
  public var lost: UInt64 { missed &+ refused }

  /// Whether there is anything to tell of.
  public var isAny: Bool { lost > 0 || unsent > 0 }

  public mutating func add(_ more: Self) {
    received &+= more.received
    missed &+= more.missed
    refused &+= more.refused
    unsent &+= more.unsent
  }
}
