"""Policy Cluster: pods see the node's address in place of their clients', by design."""

modes = ["C1"]
verdict = "pass"
variants = {
    "iptables": {"proxy": "iptables"},
    "nftables": {"proxy": "nftables"},
    "veths": {"bridged": False},
    "veths vxlan v6": {"bridged": False, "network": "vxlan", "family": 6, "proxy": "nftables"},
}


def play(lab):
    lab.serve()
    lab.ask(clients=12, seconds=3)
