"""Policy Local promises the client's address, but n1 masquerades whatever goes to its pods."""

modes = ["C2"]
setup = {"policy": "Local"}
variants = {"iptables": {"proxy": "iptables"}, "nftables": {"proxy": "nftables"}}


def play(lab):
    lab.serve()
    lab.masquerade_everything(lab.n1)
    lab.ask(clients=6, addresses=1, seconds=3)
