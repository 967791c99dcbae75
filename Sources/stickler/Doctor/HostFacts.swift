import LiveCapture
import System
import Wire

/// What there is to know of this machine before anything is captured on it; nil is what could not be learned.
struct HostFacts: Sendable {
  var kernel = ""
  var libpcap = ""
  /// Why nothing can be captured, or nil where something can.
  var captureFailure: String?
  var hasNanoseconds = false
  var hasFilterCompiler: Bool?
  var links: [NetworkLink] = []
  var clock: ClockState?
  /// Those that this process has.
  var capabilities: Capabilities = []
  /// What an agent that this process became could be kept from.
  var sandbox: SandboxReport?
  var conntrack: Conntrack?
  /// Interfaces that drop what would be answered by another way.
  var strictReversePath: [String] = []
  /// Nil where this process may not ask.
  var chains: [FilterChain]?
  var legacyTables: [String] = []
  var hasVirtualServers = false

  struct Conntrack: Hashable, Sendable {
    var count: Int
    var limit: Int
    var udpTimeout: Int?
    var streamTimeout: Int?
    var insertFailed: Int
  }

  /// Asks this machine.
  static func gather() -> Self {
    var facts = Self()
    facts.kernel = kernelRelease()
    facts.libpcap = libpcapVersion()
    do throws(CaptureError) {
      let socket = try CaptureSocket()
      facts.hasNanoseconds = socket.hasNanoseconds
    } catch {
      facts.captureFailure = error.description
    }
    facts.hasFilterCompiler = systemNumber("/proc/sys/net/core/bpf_jit_enable").map { $0 > 0 }
    facts.clock = ClockState.read()
    facts.links = (try? LinkMonitor.start())?.links ?? []
    facts.capabilities = .effective()
    facts.sandbox = Sandbox.prospect(facts.capabilities)
    facts.conntrack = readConntrack()
    facts.strictReversePath = facts.links.map(\.name).filter { name in
      // The stricter of the two counts.
      let settings = ["all", name].compactMap {
        systemNumber("/proc/sys/net/ipv4/conf/\($0)/rp_filter")
      }
      return settings.max() == 1
    }
    facts.chains = try? FilterChain.all()
    facts.legacyTables = lines(of: "/proc/net/ip_tables_names")
    // Three lines of heading, then the servers.
    facts.hasVirtualServers = lines(of: "/proc/net/ip_vs").count > 3
    return facts
  }

  private static func readConntrack() -> Conntrack? {
    let folder = "/proc/sys/net/netfilter/nf_conntrack_"
    guard let count = systemNumber(folder + "count"), let limit = systemNumber(folder + "max")
    else { return nil }
    return Conntrack(
      count: count,
      limit: limit,
      udpTimeout: systemNumber(folder + "udp_timeout"),
      streamTimeout: systemNumber(folder + "udp_timeout_stream"),
      insertFailed: insertFailed(lines(of: "/proc/net/stat/nf_conntrack"))
    )
  }

  /// The sum of a column over all processors, in hexadecimal below its title.
  static func insertFailed(_ table: [String]) -> Int {
    guard let titles = table.first?.split(separator: " "),
      let column = titles.firstIndex(of: "insert_failed")
    else { return 0 }
    return table.dropFirst().reduce(0) { sum, line in
      let cells = line.split(separator: " ")
      return cells.indices.contains(column) ? sum + (Int(cells[column], radix: 16) ?? 0) : sum
    }
  }

  private static func lines(of path: String) -> [String] {
    (systemText(path) ?? "").split(separator: "\n").map(String.init)
  }
}
