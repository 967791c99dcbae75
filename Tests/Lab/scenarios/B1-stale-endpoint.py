"""A pod is deleted and nobody cleans connection tracking: busy flows go on to where it was."""

modes = ["B1", "C1"]
verdict = "fail"
variants = {"iptables": {"proxy": "iptables"}, "nftables vxlan": {"proxy": "nftables", "network": "vxlan"}}


def play(lab):
    lab.serve()
    lab.ask(clients=24, seconds=8)
    lab.wait(2.5)
    lab.delete(lab.busiest(), cleans=False)
