public import Wire

/// What one client, and all of them together, may take.
public struct HTTPLimits: Sendable {
  /// So many connections at once; further ones wait to be accepted.
  public var connections = 512
  /// So many that are told what happens.
  public var listeners = 64
  /// The request line and the headers, together with what is about to be sent.
  public var header = 32_768
  /// What follows the headers of a request; nothing here wants any.
  public var body = 65_536
  /// Threads that answer; each serves many connections.
  public var threads = 2
  /// How long the headers of a request may take, and how long a connection may be idle.
  public var patience = Interval.seconds(20)
  /// How long an answer may take to be fetched.
  public var fetching = Interval.seconds(300)
  /// What waits for one listener; who is behind by more loses the connection and asks again.
  public var backlog = 262_144

  public init() {}
}
