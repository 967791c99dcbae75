/// A message that an agent sent, and what it tells.
public struct Arrival: Sendable {
  /// Who speaks, and in which epoch: the hello that came last on the connection.
  public var hello: AgentHello
  /// As it came, for whoever keeps it.
  public var message: [UInt8]
  /// How many records of the epoch were told before those of this message.
  ///
  /// Less than what is known says that it came before; more, that the agent had to drop what is between.
  public var place: UInt64
  /// How many records the message has.
  public var recordCount: Int
  public var decoded: DecodedMessage

  /// How many records of the epoch were told with this message.
  public var end: UInt64 { place &+ UInt64(recordCount) }
}
