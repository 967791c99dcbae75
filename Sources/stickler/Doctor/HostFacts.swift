import LiveCapture
import System
import Wire

/// What there is to know of this machine before anything is captured on it; nil is what could not be learned.
struct HostFacts: Sendable {
  var kernel = ""
  var libpcap = ""
  /// Why nothing can be captured, or nil where something can.
  var captureFailure: String?
  var hasFilterCompiler: Bool?
  var links: [NetworkLink] = []
  var clock: ClockState?
  /// Those that this process has.
  var capabilities: Capabilities = []
  /// What an agent that this process became could be kept from.
  var sandbox: SandboxReport?
  var conntrack: ConntrackState?
  /// Interfaces that drop what would be answered by another way.
  var strictReversePath: [String] = []
  /// Nil where this process may not ask.
  var chains: [FilterChain]?
  var legacyTables: [String] = []
  var hasVirtualServers = false

  /// Asks this machine.
  static func gather() -> Self {
    var facts = Self()
    facts.kernel = kernelRelease()
    facts.libpcap = libpcapVersion()
    do throws(CaptureError) {
      _ = try CaptureSocket()
    } catch {
      facts.captureFailure = error.description
    }
    facts.hasFilterCompiler = systemNumber("/proc/sys/net/core/bpf_jit_enable").map { $0 > 0 }
    facts.clock = ClockState.read()
    facts.links = (try? LinkMonitor.start())?.links ?? []
    facts.capabilities = .effective()
    facts.sandbox = Sandbox.prospect(facts.capabilities)
    facts.conntrack = ConntrackState.read()
    facts.strictReversePath = ReversePathFilter.strict(among: facts.links.map(\.name)) ?? []
    facts.chains = try? FilterChain.all()
    facts.legacyTables = lines(of: "/proc/net/ip_tables_names")
    // Three lines of heading, then the servers.
    facts.hasVirtualServers = lines(of: "/proc/net/ip_vs").count > 3
    return facts
  }

  private static func lines(of path: String) -> [String] {
    (systemText(path) ?? "").split(separator: "\n").map(String.init)
  }
}
