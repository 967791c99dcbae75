public import Wire

/// How it goes with an agent's ring of frames.
public struct EvidenceHealth: Equatable, Sendable {
  /// The memory that it takes, and how much of it holds frames by now.
  public var bytes: UInt64
  public var heldBytes: UInt64
  public var frames: Int
  public var overwritten: UInt64
  public var oldest: Timestamp?
}
