public import Protocols
public import Wire

/// What a node's kernel says of itself at one moment: what packets alone cannot tell.
///
/// What it does not say, or not to us, is nil. Counters begin with the kernel, so that two readings tell what came between.
public struct NodeFacts: Hashable, Sendable {
  public var time: Timestamp
  public var timeouts: Timeouts?
  public var table: Table?
  public var refusals: Refusals?
  public var reversePath: ReversePath?
  public var clock: Clock?
  public var proxyMode: ProxyMode?
  /// When the kube-proxy that runs there began.
  public var proxyStart: Timestamp?

  public init(at time: Timestamp) {
    self.time = time
  }

  /// How long conntrack keeps a UDP entry that was never answered, and one that was for two seconds.
  public struct Timeouts: Hashable, Sendable {
    public var unanswered: Interval
    public var stream: Interval

    public init(unanswered: Interval, stream: Interval) {
      self.unanswered = unanswered
      self.stream = stream
    }
  }

  /// The entries of conntrack's table, and the most that it takes.
  public struct Table: Hashable, Sendable {
    public var count: UInt32
    public var limit: UInt32

    public init(count: UInt32, limit: UInt32) {
      self.count = count
      self.limit = limit
    }
  }

  /// What conntrack would not take.
  public struct Refusals: Hashable, Sendable {
    /// Entries that lost a race against an equal one.
    public var insertions: UInt64
    /// Packets for which there was no room, or which were no valid part of their flow.
    public var packets: UInt64

    public init(insertions: UInt64, packets: UInt64) {
      self.insertions = insertions
      self.packets = packets
    }
  }

  /// Strict reverse-path filtering: a packet is dropped if its source would be reached through another interface.
  public struct ReversePath: Hashable, Sendable {
    /// How many interfaces are strict, and the name of one of them.
    public var strictCount: UInt32
    public var strictName: StatedName
    /// Packets that the filter dropped, at whatever interface.
    public var dropped: UInt64

    public init(strictCount: UInt32, strictName: StatedName, dropped: UInt64) {
      self.strictCount = strictCount
      self.strictName = strictName
      self.dropped = dropped
    }
  }

  /// Whether the clock follows a better one, and how far it is estimated to be off.
  public struct Clock: Hashable, Sendable {
    public var isSynchronized: Bool
    public var estimatedError: Interval

    public init(isSynchronized: Bool, estimatedError: Interval) {
      self.isSynchronized = isSynchronized
      self.estimatedError = estimatedError
    }
  }
}

/// What forwards a node's service traffic.
public enum ProxyMode: String, Hashable, Sendable, CaseIterable {
  case iptables
  case nftables
  case ipvs
  case ebpf
}
