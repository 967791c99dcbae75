public import Correlation
internal import Protocols
internal import System
public import Wire

/// Reads what this machine's kernel says of itself, again and again; what it does not tell stays unknown.
///
/// Some ten small files a reading. What takes hundreds (each interface's filter, each process's name), or the rules of all
/// services, is looked at once a minute.
public struct FactReader: Sendable {
  /// How often a reading is worth its while: what a loss is held against must have been read shortly before and after.
  private static let pause = Interval.seconds(10)
  private static let longPause = Interval.seconds(60)

  private var slow: SlowFacts?
  private var nextSlow: Instant?
  private var next: Instant?

  private struct SlowFacts: Sendable {
    var strict: [String]?
    var proxy: ProxyProcess?
    /// Worked out once: the wall clock may be set meanwhile.
    var proxyStart: Timestamp?
    var mode: ProxyMode?
  }

  public init() {}

  /// The facts of this moment, at the first call, every ten seconds and at the last one; else nil.
  public mutating func readWhenDue(isLast: Bool = false) -> NodeFacts? {
    let now = Instant.now()
    guard isLast || next.map({ now >= $0 }) ?? true else { return nil }
    next = now + Self.pause
    return read(at: .now())
  }

  public mutating func read(at now: Timestamp) -> NodeFacts {
    let instant = Instant.now()
    // A kube-proxy that is gone has most likely a successor.
    let isStale = slow?.proxy.map { !$0.isRunning } ?? false
    if nextSlow.map({ instant >= $0 }) ?? true || isStale {
      slow = Self.readSlow(slow, at: now)
      nextSlow = instant + Self.longPause
    }
    var facts = NodeFacts(at: now)
    facts.take(ConntrackState.read())
    if let strict = slow?.strict, let dropped = ReversePathFilter.dropCount() {
      facts.reversePath = NodeFacts.ReversePath(
        strictCount: UInt32(clamping: strict.count),
        strictName: StatedName(strict.first ?? ""),
        dropped: dropped
      )
    }
    facts.clock = ClockState.read().map {
      NodeFacts.Clock(isSynchronized: $0.isSynchronized, estimatedError: $0.estimatedError)
    }
    facts.proxyMode = slow?.mode
    facts.proxyStart = slow?.proxyStart
    return facts
  }

  private static func readSlow(_ earlier: SlowFacts?, at now: Timestamp) -> SlowFacts {
    let links = (try? LinkMonitor.start())?.links ?? []
    // Whatever else is strict, the interface that a reader wants to know of is no pod's.
    let names = links.filter { !$0.isLoopback }.sorted { left, right in
      (left.kind == "veth" ? 1 : 0, left.name) < (right.kind == "veth" ? 1 : 0, right.name)
    }.map(\.name)
    let proxy = ProxyProcess.find()
    var facts = SlowFacts(
      strict: ReversePathFilter.strict(among: names),
      proxy: proxy,
      proxyStart: proxy == earlier?.proxy ? earlier?.proxyStart : proxy?.start(now: now),
      mode: proxyMode(interfaces: names, chains: (try? FilterChain.all()) ?? [])
    )
    // Its own word, where its process and its rules are out of sight.
    if facts.proxyStart == nil || facts.mode == nil, let page = ProxyPage.read() {
      facts.proxyStart = facts.proxyStart ?? page.start.flatMap { $0 <= now ? $0 : nil }
      facts.mode = facts.mode ?? ProxyMode(rawValue: page.mode)
    }
    return facts
  }
}

/// The mode of kube-proxy, by traces that only it leaves; nil where there are none or several.
///
/// Several: the node is in the middle of a change, or was not tidied up. The interfaces of others, such as Cilium's, do not
/// tell who translates.
func proxyMode(interfaces: [String], chains: [FilterChain]) -> ProxyMode? {
  var modes: [ProxyMode] = []
  if chains.contains(where: { $0.table == "kube-proxy" }) { modes.append(.nftables) }
  // In IPVS mode there is a KUBE-SERVICES too, for the masquerade, but no chain for each service.
  if chains.contains(where: { $0.table == "nat" && $0.name.hasPrefix("KUBE-SVC-") }) {
    modes.append(.iptables)
  }
  if interfaces.contains("kube-ipvs0") { modes.append(.ipvs) }
  return modes.count == 1 ? modes[0] : nil
}

extension NodeFacts {
  fileprivate mutating func take(_ conntrack: ConntrackState?) {
    guard let conntrack else { return }
    table = Table(
      count: UInt32(clamping: conntrack.count),
      limit: UInt32(clamping: conntrack.limit)
    )
    if let unanswered = conntrack.udpTimeout, let stream = conntrack.streamTimeout {
      timeouts = Timeouts(unanswered: unanswered, stream: stream)
    }
    refusals = conntrack.refusals.map {
      Refusals(insertions: $0.insertFailed, packets: $0.dropped)
    }
  }
}
