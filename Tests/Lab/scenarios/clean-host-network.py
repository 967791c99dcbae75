"""Nothing goes wrong: a pod on its node's own network."""

is_sample = False
modes = ["C1"]
verdict = "pass"
variants = {"iptables": {"proxy": "iptables"}, "nftables": {"proxy": "nftables"}}


def play(lab):
    lab.serve(pods=[lab.pod("host", lab.n2, on_host=True)])
    lab.ask(clients=6, seconds=3)
