"""The server of a pod that stays ready has died."""

modes = ["B19", "C1"]
verdict = "fail"
variants = {"iptables": {"proxy": "iptables"}, "nftables vxlan": {"proxy": "nftables", "network": "vxlan"}}


def play(lab):
    lab.serve()
    lab.ask(clients=24, seconds=5)
    lab.wait(2)
    lab.kill(lab.busiest())
