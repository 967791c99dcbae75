public import Wire

/// Something that happens to the cluster while it is watched.
public enum Fault: Sendable {
  /// All UDP entries of a node's NAT table go.
  case flush(String)
  /// The same, because another service's endpoints changed.
  case flushForOther(String)
  case removePod(String)
  case addPod(PodSpec)
  /// A pod goes and another workload gets its address.
  case reuseAddress(of: String, by: PodSpec)
  case ready(String, Bool)
  /// A pod gets its deletion time stamp and stops serving; it is gone after the interval.
  case terminate(String, grace: Interval)
  /// Nothing listens any more.
  case stopServer(String)
  /// The server takes datagrams and answers none.
  case hangServer(String)
  case balance(Balancer)
  /// A layer-2 announcer moves the virtual address, and says so.
  case announce(String)
  /// Whether a node has its proxy's rules.
  case rules(String, Bool)
  case tableFull(String, Bool)
  /// So many new flows find a place in a table that is full.
  case entriesEnd(String, Int)
  case losesLaterFragments(String, Bool)
  case wrongEncapsulation(String, Bool)
  /// Whether a node drops the replies that come back to it.
  case losesReplies(String, Bool)
  /// One entry of a node gets a new source port, the pod stays.
  case renumber(String, client: Endpoint)
  /// The next masqueraded flow of a node gets this port.
  case nextSourcePort(String, UInt16)
}

/// A fault and when it strikes, from the beginning of the recording.
public struct Incident: Sendable {
  public var at: Interval
  public var fault: Fault
  /// The mode that its victims' moves belong to.
  public var mode: String

  public init(_ at: Interval, _ fault: Fault, as mode: String = "") {
    self.at = at
    self.fault = fault
    self.mode = mode
  }
}
