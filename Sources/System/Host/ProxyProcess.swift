internal import Glibc
public import Wire

/// The kube-proxy that runs on this machine, where /proc shows other processes.
public struct ProxyProcess: Hashable, Sendable {
  public var id: Int
  /// When it began, in the kernel's ticks since the machine did.
  public var ticks: UInt64

  /// Looks through all processes.
  public static func find() -> Self? {
    processes().lazy.compactMap { id in
      systemText("/proc/\(id)/stat").flatMap { Self(id: id, stat: $0) }
    }.first
  }

  /// Whether it is still the same one.
  public var isRunning: Bool {
    systemText("/proc/\(id)/stat").flatMap { Self(id: id, stat: $0) } == self
  }

  /// A line of /proc/PID/stat; nil for any other process.
  ///
  ///     4242 (kube-proxy) S 1 4242 ... the 22nd is when it began
  public init?(id: Int, stat: String) {
    // A name may hold blanks and parentheses: what follows it follows the last one.
    guard let open = stat.firstIndex(of: "("), let close = stat.lastIndex(of: ")"),
      open < close, stat[stat.index(after: open)..<close] == "kube-proxy"
    else { return nil }
    let rest = stat[stat.index(after: close)...].split(whereSeparator: \.isWhitespace)
    guard rest.count > 19, let ticks = UInt64(rest[19]) else { return nil }
    self.id = id
    self.ticks = ticks
  }

  /// By the wall clock as it stands now; it may have been set since.
  public func start(now: Timestamp) -> Timestamp? {
    var sinceBoot = timespec()
    let perSecond = UInt64(max(1, sysconf(Int32(_SC_CLK_TCK))))
    // SAFETY: the system fills the structure, and keeps no pointer to it.
    guard unsafe clock_gettime(CLOCK_BOOTTIME, &sinceBoot) == 0, ticks / perSecond < 1 << 32 else {
      return nil
    }
    let began = Int64(ticks) * (1_000_000_000 / Int64(perSecond))
    let age = Int64(sinceBoot.tv_sec) * 1_000_000_000 + Int64(sinceBoot.tv_nsec) - began
    return now - Interval(nanoseconds: max(0, age))
  }

  private static func processes() -> [Int] {
    ((try? names(inFolder: "/proc")) ?? []).compactMap { Int($0) }
  }
}
