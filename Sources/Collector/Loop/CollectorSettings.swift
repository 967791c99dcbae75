public import Affinity
public import Exchange
public import Wire

/// What a collector is told to do.
public struct CollectorSettings: Sendable {
  /// Where agents are let in, and which.
  public var doors: [CollectingServer.Door] = []
  public var server = CollectingServer.Settings()
  /// The history's file; the log is in a folder beside it.
  public var database: String
  public var analyst = ClusterAnalyst.Settings()
  /// What ended longer ago is not in the reports any more.
  public var window = Interval.seconds(3_600)
  /// So many observations are in them at most: some 400 bytes each.
  public var mostObservations = 1_000_000
  /// How long the history is kept.
  public var keep = Interval.seconds(30 * 86_400)
  /// How often a report is made, where that costs little.
  public var refresh = Interval.seconds(1)
  /// An agent that is away for longer is a blind spot.
  public var absentAfter = Interval.seconds(10)
  /// How long agents have to answer for the packets behind a finding.
  public var evidencePatience = Interval.seconds(5)
  /// How long a report waits for agents that have not told all yet.
  public var patience = Interval.seconds(2)

  public init(database: String) {
    self.database = database
  }

  var logDirectory: String { "\(database).log" }
}

/// Why a collector cannot begin: one line.
public struct CollectorError: Error, Hashable, Sendable, CustomStringConvertible {
  public var description: String

  public init(_ description: String) {
    self.description = description
  }
}
