"""A pod is deleted and connection tracking is cleaned: its clients go to other pods."""

modes = ["A17", "C1"]
variants = {"iptables": {"proxy": "iptables"}, "nftables vxlan": {"proxy": "nftables", "network": "vxlan"}}


def play(lab):
    lab.serve()
    lab.ask(clients=16, seconds=5)
    lab.wait(2.5)
    lab.delete(lab.busiest())
