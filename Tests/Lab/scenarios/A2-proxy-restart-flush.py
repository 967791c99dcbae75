"""n1 loses its connection tracking table in the midst of it: every session there is placed anew at one instant."""

modes = ["A2", "C1"]
verdict = "fail"
variants = {
    "iptables routed": {"proxy": "iptables"},
    "nftables vxlan": {"proxy": "nftables", "network": "vxlan"},
}


def play(lab):
    lab.serve()
    lab.ask(clients=12, seconds=5)
    lab.wait(2.5)
    lab.flush(lab.n1)
