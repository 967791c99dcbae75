"""n1 loses its conntrack table, and the packets of a client that moved are fetched from the agents."""

modes = ["A2", "C1"]
verdict = "fail"
needs_pair = True
is_sample = False
variants = {
    "iptables routed": {"proxy": "iptables"},
    "nftables vxlan": {"proxy": "nftables", "network": "vxlan"},
}


def play(lab):
    lab.serve()
    lab.ask(clients=12, seconds=7)
    lab.wait(2.5)
    lab.flush(lab.n1)
    lab.wait(1.5)
    lab.fetch_evidence()
