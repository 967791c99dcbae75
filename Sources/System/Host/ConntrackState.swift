public import Wire

/// What connection tracking holds and refused in this network namespace, and for how long it keeps UDP.
public struct ConntrackState: Hashable, Sendable {
  public var count: Int
  public var limit: Int
  public var udpTimeout: Interval?
  public var streamTimeout: Interval?
  public var refusals: Refusals?

  /// Since the kernel runs, of all processors.
  public struct Refusals: Hashable, Sendable {
    public var insertFailed: UInt64
    public var dropped: UInt64

    public init(insertFailed: UInt64, dropped: UInt64) {
      self.insertFailed = insertFailed
      self.dropped = dropped
    }

    /// The sums of two columns, in hexadecimal below their titles; nil where there are no such columns.
    public init?(table: String) {
      let lines = table.split(separator: "\n")
      guard let titles = lines.first?.split(separator: " "),
        let insertFailed = titles.firstIndex(of: "insert_failed"),
        let dropped = titles.firstIndex(of: "drop")
      else { return nil }
      self.init(insertFailed: 0, dropped: 0)
      for line in lines.dropFirst() {
        let cells = line.split(separator: " ")
        guard cells.count > max(insertFailed, dropped) else { continue }
        self.insertFailed &+= UInt64(cells[insertFailed], radix: 16) ?? 0
        self.dropped &+= UInt64(cells[dropped], radix: 16) ?? 0
      }
    }
  }

  public init(
    count: Int,
    limit: Int,
    udpTimeout: Interval? = nil,
    streamTimeout: Interval? = nil,
    refusals: Refusals? = nil
  ) {
    self.count = count
    self.limit = limit
    self.udpTimeout = udpTimeout
    self.streamTimeout = streamTimeout
    self.refusals = refusals
  }

  /// Nil where the kernel tracks nothing here, or does not tell.
  public static func read() -> Self? {
    let folder = "/proc/sys/net/netfilter/nf_conntrack_"
    guard let count = systemNumber(folder + "count"), let limit = systemNumber(folder + "max")
    else { return nil }
    return Self(
      count: count,
      limit: limit,
      udpTimeout: systemNumber(folder + "udp_timeout").map { .seconds(Int64($0)) },
      streamTimeout: systemNumber(folder + "udp_timeout_stream").map { .seconds(Int64($0)) },
      refusals: systemText("/proc/net/stat/nf_conntrack").flatMap(Refusals.init(table:))
    )
  }
}
