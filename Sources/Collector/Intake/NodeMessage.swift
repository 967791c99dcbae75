public import Exchange

/// What a node's agent told with one message, from a connection or from the log.
public struct NodeMessage: Sendable {
  public var node: String
  /// When the agent's process began: places count from zero in each.
  public var epoch: UInt64
  /// How many records of the epoch came before.
  public var place: UInt64
  public var recordCount: Int
  public var decoded: DecodedMessage

  public init(
    node: String,
    epoch: UInt64,
    place: UInt64,
    recordCount: Int,
    decoded: DecodedMessage
  ) {
    self.node = node
    self.epoch = epoch
    self.place = place
    self.recordCount = recordCount
    self.decoded = decoded
  }

  public var end: UInt64 { place &+ UInt64(recordCount) }
}
