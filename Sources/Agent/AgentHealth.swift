public import Exchange
public import System
public import Wire

/// How it goes with an agent, for whoever asks.
public struct AgentHealth: Equatable, Sendable {
  public var node: String
  public var began: Timestamp
  /// When the capture's loop came round last: one that hangs is not well.
  public var lastRound = Instant(nanoseconds: 0)
  public var frames: UInt64 = 0
  public var sightings = 0
  public var captureDropped: UInt64 = 0
  public var losses: [InterfaceLoss] = []
  public var flows = 0
  /// Observations that the exporting thread had no time for.
  public var overtaken: UInt64 = 0
  public var exporter: ExporterHealth?
  public var datagramsSent: UInt64 = 0
  public var datagramsFailed: UInt64 = 0
  /// Nil where no ring of frames is kept.
  public var evidence: EvidenceHealth?

  public init(node: String, began: Timestamp) {
    self.node = node
    self.began = began
  }

  /// Observations and other records that had no room anywhere.
  public var untold: UInt64 {
    overtaken &+ UInt64(max(0, exporter?.spoolLosses.droppedRecords ?? 0))
  }

  /// Why it is not well; nil where it is.
  public func problem(at now: Instant) -> String? {
    let silence = now.since(lastRound).nanoseconds / 1_000_000_000
    return silence < 10 ? nil : "the capture has not come round for \(silence) s"
  }

  /// Why what is seen does not come to the collector; nil where it does.
  public var obstacle: String? {
    guard let exporter, !exporter.isConnected else { return nil }
    return exporter.problem ?? "the collector has not answered yet"
  }
}
