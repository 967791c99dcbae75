public import CaptureFiles
public import Correlation
public import System
public import Wire

/// What a replay has to say of one node beside its observations.
public struct NodeSummary: Sendable {
  public var name: String
  /// The files as messages call them, in the order in which they were given.
  public var files: [String]
  /// The number of the first of these files among those of all nodes, as witnesses number them.
  public var firstFile: Int
  public var counts = FrameCounts()
  public var matching = MatchCounts()
  /// How many datagrams came out of a known translation without having been seen going in.
  public var orphans = 0
  /// When the first and the last sighting was; nil where there was none.
  public var began: Timestamp?
  public var ended: Timestamp?
  public var warnings: [CaptureWarning] = []
  /// Why files could not be read, or no further; what was read before counts.
  public var failures: [ReplayFailure] = []
  /// What the capture lost, as far as its files tell; nil where none of them does.
  public var dropped: UInt64?
  /// What interfaces lost by themselves that were captured together with others, by name.
  public var interfaceLosses: [InterfaceLoss] = []
  /// The names of the interfaces, where the files tell them.
  public var interfaces: [String] = []
  /// The link types of the frames, in the order of their first.
  public var linkTypes: [LinkType] = []
  /// Whether all frames are of one interface, and not of `any`.
  public var isOfOneInterface = false
}
