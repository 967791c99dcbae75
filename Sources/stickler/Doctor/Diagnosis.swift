import LiveCapture
import System
import Wire

/// One thing that was looked at: how it is, and what that means for a capture.
struct Check: Hashable, Sendable {
  enum State: String, Hashable, Sendable {
    case good
    /// Works, but something will not be seen, or be seen worse.
    case warning
    /// Nothing can be captured.
    case bad
    case unknown
  }

  var topic: String
  var state: State
  var text: String

  init(_ topic: String, _ state: State, _ text: String) {
    self.topic = topic
    self.state = state
    self.text = text
  }
}

/// What the facts of a machine mean for whoever wants to capture on it.
func diagnosis(of facts: HostFacts) -> [Check] {
  var checks = [
    captureCheck(facts), privilegeCheck(facts.capabilities), clockCheck(facts.clock),
    filterCheck(facts),
  ]
  checks += interfaceChecks(facts.links)
  if let sandbox = facts.sandbox { checks.append(sandboxCheck(sandbox)) }
  checks += [conntrackCheck(facts.conntrack), reversePathCheck(facts.strictReversePath)]
  checks += dataPathChecks(facts)
  return checks
}

private func captureCheck(_ facts: HostFacts) -> Check {
  if let failure = facts.captureFailure { return Check("capture", .bad, failure) }
  return Check(
    "capture",
    .good,
    "all interfaces, nanosecond time stamps, \(facts.libpcap), kernel \(facts.kernel)"
  )
}

private func privilegeCheck(_ capabilities: Capabilities) -> Check {
  let named: [(String, Capabilities)] = [
    ("CAP_NET_RAW", .netRaw), ("CAP_NET_ADMIN", .netAdmin),
  ]
  let held = named.filter { capabilities.contains($0.1) }.map(\.0)
  let text = held.isEmpty ? "neither CAP_NET_RAW nor CAP_NET_ADMIN" : held.joined(separator: ", ")
  let needs = "; to capture CAP_NET_RAW is enough, CAP_NET_ADMIN only lets doctor read the rules"
  return Check("privileges", capabilities.contains(.netRaw) ? .good : .bad, text + needs)
}

private func sandboxCheck(_ sandbox: SandboxReport) -> Check {
  Check(
    "sandbox",
    sandbox.missing.isEmpty ? .good : .warning,
    "an agent here can have \(sandbox.description)"
  )
}

private func clockCheck(_ clock: ClockState?) -> Check {
  guard let clock else { return Check("clock", .unknown, "the kernel does not tell its state") }
  guard clock.isSynchronized else {
    return Check(
      "clock",
      .warning,
      "not synchronized as far as the kernel knows: one node's report is right, the order of events between nodes is "
        + "only as good as the offsets that their common flows show; run chrony or another NTP client"
    )
  }
  return Check(
    "clock",
    .good,
    "synchronized, estimated error \(clock.estimatedError.nanoseconds / 1_000) µs"
  )
}

private func filterCheck(_ facts: HostFacts) -> Check {
  switch facts.hasFilterCompiler {
  case true?: Check("filter", .good, "the kernel compiles packet filters")
  case false?:
    Check("filter", .warning, "interpreted, not compiled (net.core.bpf_jit_enable is 0): slower")
  case nil: Check("filter", .unknown, "/proc/sys/net/core/bpf_jit_enable cannot be read")
  }
}

private func interfaceChecks(_ links: [NetworkLink]) -> [Check] {
  guard !links.isEmpty else { return [Check("interfaces", .unknown, "the kernel names none")] }
  let veths = links.count { $0.kind == "veth" }
  let others = links.filter { $0.kind != "veth" && !$0.isLoopback && $0.isUp }.map(\.name)
  let upVeths = links.count { $0.kind == "veth" && $0.isUp }
  let up = (upVeths > 0 ? ["\(upVeths) veth"] : []) + others
  let some = up.prefix(9).joined(separator: ", ") + (up.count > 9 ? ", ..." : "")
  var checks = [
    Check(
      "interfaces",
      veths == 0 && others.count < 2 ? .warning : .good,
      "\(links.count), of which \(veths) veth; up: \(some.isEmpty ? "none" : some)"
        + (veths == 0 && others.count < 2
          ? "; no pod's interface is here: in a pod, hostNetwork is needed" : "")
    )
  ]
  let tunnels = links.filter {
    $0.isUp && ["vxlan", "geneve", "ipip", "sit", "gre", "ip6tnl", "wireguard"].contains($0.kind)
  }
  if !tunnels.isEmpty {
    let names = tunnels.map { "\($0.name) (\($0.kind))" }.joined(separator: ", ")
    checks.append(Check("tunnels", .good, "\(names): what travels inside is seen there"))
  }
  let lossy = links.filter { $0.counters.missed > 0 }
  if !lossy.isEmpty {
    let words = lossy.map { "\($0.name) \($0.counters.missed)" }.joined(separator: ", ")
    checks.append(
      Check(
        "drops",
        .warning,
        "frames lost by interfaces since they are up: \(words). Neither the machine nor a capture ever saw them: "
          + "more receive buffers (ethtool -G) or more queues help"
      )
    )
  }
  return checks
}

private func conntrackCheck(_ conntrack: ConntrackState?) -> Check {
  guard let conntrack else {
    return Check(
      "conntrack",
      .unknown,
      "this kernel or this container shows no connection tracking"
    )
  }
  var text = "\(conntrack.count) of \(conntrack.limit) entries"
  if let udp = conntrack.udpTimeout, let stream = conntrack.streamTimeout {
    let (udp, stream) = (udp.nanoseconds / 1_000_000_000, stream.nanoseconds / 1_000_000_000)
    text += ", UDP timeouts \(udp) s and \(stream) s (--timeouts udp=\(udp),stream=\(stream))"
  }
  let isFull = conntrack.count > conntrack.limit / 10 * 9
  if isFull { text += ": nearly full (B14)" }
  let insertFailed = conntrack.refusals?.insertFailed ?? 0
  if insertFailed > 0 {
    text +=
      ", \(insertFailed) insertions failed since the machine runs: flows that began with several datagrams at "
      + "once lost one or were split (A13)"
  }
  return Check("conntrack", isFull || insertFailed > 0 ? .warning : .good, text)
}

private func reversePathCheck(_ strict: [String]) -> Check {
  guard !strict.isEmpty else { return Check("rp_filter", .good, "no interface is strict") }
  let some = strict.prefix(6).joined(separator: ", ") + (strict.count > 6 ? ", ..." : "")
  return Check(
    "rp_filter",
    .warning,
    "strict at \(some): datagrams whose answer would leave by another interface are dropped (B15)"
  )
}

private func dataPathChecks(_ facts: HostFacts) -> [Check] {
  var checks: [Check] = []
  let paths = DataPath.found(in: facts)
  if !paths.isEmpty {
    let names = paths.map(\.rawValue).joined(separator: "; ")
    checks.append(Check("data path", .good, "looks like \(names)"))
  } else if facts.chains == nil {
    let legacy = facts.legacyTables.contains("nat") ? "; iptables (legacy) has a nat table" : ""
    checks.append(
      Check(
        "data path",
        .unknown,
        "the rules are told to CAP_NET_ADMIN only\(legacy); nothing else here tells it"
      )
    )
  } else if facts.legacyTables.contains("nat") {
    checks.append(
      Check("data path", .unknown, "iptables (legacy) has a nat table; whose is not known")
    )
  } else {
    checks.append(Check("data path", .unknown, "no sign of kube-proxy or of what replaces it"))
  }
  if paths.contains(where: \.hidesTranslation) {
    checks.append(
      Check(
        "blind",
        .warning,
        "where sockets are translated by eBPF, clients in pods aim at a pod at once and no front is on the wire; what XDP "
          + "or bpf_redirect_peer forward passes by every capture. Moves between pods are still seen, their fronts may not be"
      )
    )
  }
  if facts.links.contains(where: { $0.kind == "wireguard" || $0.name == "cilium_wg0" }) {
    checks.append(
      Check(
        "blind",
        .warning,
        "between nodes traffic is encrypted: it is seen before and after its tunnel only"
      )
    )
  }
  return checks
}
