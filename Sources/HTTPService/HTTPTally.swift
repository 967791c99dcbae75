/// What a server has done so far.
public struct HTTPTally: Sendable, Hashable {
  /// By status.
  public var answers: [Int: Int] = [:]
  public var connections = 0
  /// Closed because the client took too long.
  public var lateConnections = 0
  /// Clients that are told what happens.
  public var listeners = 0
  /// Those that did not keep up, and were let go.
  public var slowListeners = 0

  public init() {}
}
