"""Clients come back with new ports, once before the affinity timeout is over and once after it."""

modes = ["A9", "C1"]
variants = {"iptables": {"proxy": "iptables"}, "nftables": {"proxy": "nftables"}}


def play(lab):
    lab.serve(affinity=4)
    lab.ask(clients=12, addresses=12, port=40000, requests=2).wait()
    lab.ask(clients=12, addresses=12, port=41000, requests=2).wait()
    lab.wait(5.5)
    lab.ask(clients=12, addresses=12, port=42000, requests=2)
