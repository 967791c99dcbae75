public import Correlation
public import Exchange
public import Live
public import System

/// What an agent does, and whom it tells.
public struct AgentSettings: Sendable {
  /// Who takes IPFIX, by name or address.
  public struct Target: Hashable, Sendable {
    public var host: String
    public var port: UInt16

    public init(host: String, port: UInt16) {
      self.host = host
      self.port = port
    }
  }

  public var node: String
  /// Whether a person, and no guess, gave the name.
  public var isNameGiven = false
  public var live = LiveSettings()
  public var observer = NodeObserver.Settings()
  /// The collector; nil where only datagrams go out.
  public var collector: Exporter.Settings?
  /// Where what waits for the collector is kept; in memory if nil.
  public var spool: String?
  public var spoolBytes: UInt64 = 256 << 20
  /// A collector of another kind, which takes IPFIX over UDP.
  public var datagrams: Target?
  /// The memory in which the frames captured last are kept for a collector that asks, and how much of each; none if nil.
  public var evidenceRing: Int?
  public var evidenceSnapLength = 256
  /// Without it no connection mark leaves the node.
  public var markKey: MarkKey?
  /// Whether this machine's kernel is asked too: what is captured passes through it.
  public var readsFacts = true
  /// When it ends by itself.
  public var end: Instant?

  public init(node: String) {
    self.node = node
  }
}
