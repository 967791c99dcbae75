import System

/// What forwards this machine's service traffic, by the traces that it leaves.
enum DataPath: String, CaseIterable, Sendable {
  case nftables = "kube-proxy in nftables mode"
  case iptables = "kube-proxy in iptables mode"
  case ipvs = "IPVS"
  case cilium = "Cilium, which may translate at sockets by eBPF"
  case calicoEBPF = "Calico in eBPF mode"
  case antrea = "Antrea"
  case ovn = "OVN-Kubernetes"

  /// Whether a datagram may be translated where no capture sees it.
  var hidesTranslation: Bool {
    switch self {
    case .nftables, .iptables, .ipvs: false
    case .cilium, .calicoEBPF, .antrea, .ovn: true
    }
  }

  static func found(in facts: HostFacts) -> [DataPath] {
    let names = Set(facts.links.map(\.name))
    let chains = facts.chains ?? []
    return allCases.filter { path in
      switch path {
      case .nftables: chains.contains { $0.table == "kube-proxy" }
      case .iptables: chains.contains { $0.name == "KUBE-SERVICES" && $0.table == "nat" }
      case .ipvs: names.contains("kube-ipvs0") || facts.hasVirtualServers
      case .cilium: names.contains("cilium_host") || names.contains("cilium_net")
      case .calicoEBPF: names.contains("bpfin.cali") || names.contains("bpfout.cali")
      case .antrea: names.contains("antrea-gw0")
      case .ovn: names.contains("ovn-k8s-mp0")
      }
    }
  }
}
