"""A service without any endpoint: its clients are told so at once."""

modes = ["B8"]
variants = {"iptables": {"proxy": "iptables"}, "nftables": {"proxy": "nftables"}}


def play(lab):
    lab.serve(pods=[])
    lab.ask(clients=6, seconds=3)
