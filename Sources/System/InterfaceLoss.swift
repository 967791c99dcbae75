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

  public init(name: String) {
    self.name = name
  }

  public var lost: UInt64 { missed &+ refused }

  public mutating func add(_ more: Self) {
    received &+= more.received
    missed &+= more.missed
    refused &+= more.refused
  }
}
