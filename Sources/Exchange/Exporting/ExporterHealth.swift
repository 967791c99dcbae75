public import Wire

/// How it goes with an exporter, for whoever asks.
public struct ExporterHealth: Equatable, Sendable {
  public var isConnected = false
  /// Whether the collector says what it has; one of another kind does not.
  public var acknowledges = false
  public var lastAcknowledgement: Timestamp?
  /// How often a connection was begun, and how often one was lost or could not be had.
  public var connections = 0
  public var failures = 0
  /// What keeps the exporter from its collector; nil while nothing does.
  public var problem: String?
  /// Records of this process: told to the spool, and known to be on the collector's disk.
  public var recordsTold: UInt64 = 0
  public var recordsAcknowledged: UInt64 = 0
  public var messagesSent: UInt64 = 0
  public var bytesSent: UInt64 = 0
  public var spoolBytes: UInt64 = 0
  public var spoolFiles = 0
  public var spoolLosses = Spool.Losses()
  /// What the spool's disk says; nil while it takes what it is given.
  public var spoolProblem: String?

  public init() {}
}
