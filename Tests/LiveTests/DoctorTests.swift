import System
import TestSupport
import Testing
import Wire

@testable import stickler

@Suite struct DoctorTests {
  static func link(_ name: String, _ kind: String = "", index: UInt32 = 7) -> NetworkLink {
    NetworkLink(index: index, name: name, kind: kind, isUp: true)
  }

  static func states(_ facts: HostFacts, _ topic: String) -> [String] {
    diagnosis(of: facts).filter { $0.topic == topic }.map { "\($0.state.rawValue) \($0.text)" }
  }

  /// The traces that a data path leaves, and what is said of it.
  static let paths: [([FilterChain], [NetworkLink], String)] = [
    (
      [FilterChain(table: "kube-proxy", name: "services")], [],
      "good looks like kube-proxy in nftables mode"
    ),
    (
      [FilterChain(table: "nat", name: "KUBE-SERVICES")], [],
      "good looks like kube-proxy in iptables mode"
    ),
    ([], [link("kube-ipvs0", "dummy")], "good looks like IPVS"),
    (
      [], [link("cilium_host", "veth")],
      "good looks like Cilium, which may translate at sockets by eBPF"
    ),
    (
      [FilterChain(table: "filter", name: "KUBE-SERVICES")], [],
      "unknown no sign of kube-proxy or of what replaces it"
    ),
  ]

  @Test(arguments: paths)
  func `a data path is known by its traces`(
    chains: [FilterChain],
    links: [NetworkLink],
    said: String
  ) {
    var facts = HostFacts()
    facts.chains = chains
    facts.links = links
    #expect(Self.states(facts, "data path") == [said])
    let isBlind = said.contains("Cilium")
    #expect(Self.states(facts, "blind").count == (isBlind ? 1 : 0))
  }

  @Test func `what would be lost is told`() {
    var facts = HostFacts()
    facts.clock = ClockState(isSynchronized: false, estimatedError: .seconds(16))
    facts.conntrack = ConntrackState(
      count: 250_000,
      limit: 262_144,
      udpTimeout: .seconds(30),
      streamTimeout: .seconds(180),
      refusals: ConntrackState.Refusals(insertFailed: 3, dropped: 7)
    )
    facts.strictReversePath = ["eth0"]
    facts.links = [Self.link("eth0")]
    facts.links[0].counters.missed = 12
    #expect(Self.states(facts, "clock").first?.hasPrefix("warning not synchronized") == true)
    #expect(
      Self.states(facts, "conntrack") == [
        "warning 250000 of 262144 entries, UDP timeouts 30 s and 180 s (--timeouts udp=30,stream=180): "
          + "nearly full (B14), 3 insertions failed since the machine runs: flows that began with several datagrams at "
          + "once lost one or were split (A13)"
      ]
    )
    facts.conntrack?.count = 10
    #expect(Self.states(facts, "conntrack").first?.hasPrefix("warning 10 of 262144") == true)
    facts.conntrack?.refusals?.insertFailed = 0
    #expect(Self.states(facts, "conntrack").first?.hasPrefix("good 10 of 262144") == true)
    #expect(Self.states(facts, "rp_filter").first?.hasPrefix("warning strict at eth0") == true)
    #expect(Self.states(facts, "drops").first?.contains("eth0 12") == true)
    #expect(Self.states(facts, "interfaces").first?.hasSuffix("hostNetwork is needed") == true)
  }

  @Test func `veths that are up are counted, and the others named`() {
    var facts = HostFacts()
    facts.links = [Self.link("veth0", "veth"), Self.link("veth1", "veth"), Self.link("eth0")]
    facts.links[1].isUp = false
    #expect(Self.states(facts, "interfaces") == ["good 3, of which 2 veth; up: 1 veth, eth0"])
    facts.links = [Self.link("veth0", "veth")]
    #expect(Self.states(facts, "interfaces") == ["good 1, of which 1 veth; up: 1 veth"])
    facts.links[0].isUp = false
    #expect(Self.states(facts, "interfaces") == ["good 1, of which 1 veth; up: none"])
  }

  @Test(.enabled(if: WatchTests.isPossible, WatchTests.comment))
  func `a real kernel is asked for rules, interfaces and permission`() throws {
    let ended = try Namespace.run(
      """
      nft add table ip kube-proxy; nft add chain ip kube-proxy services
      ip link add vethA type veth peer name vethB
      sysctl -q net.ipv4.conf.vethA.rp_filter=1
      $stickler doctor | grep -c 'kube-proxy in nftables mode'
      $stickler doctor | grep -c '^ok    interfaces    3, of which 2 veth'
      $stickler doctor | grep -c 'strict at .*vethA'
      setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all $stickler doctor --format json |
        grep -c '"can_capture": false'
      setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all $stickler doctor >/dev/null
      echo $?
      """
    )
    #expect(ended.errors == "")
    #expect(ended.output == "1\n1\n1\n1\n3\n")
  }
}
