"""ClientIP affinity and policy Local behind a balancer that hashes ports too: each node knows its own clients only."""

modes = ["A8"]
verdict = "fail"
setup = {"policy": "Local"}
variants = {"iptables": {"proxy": "iptables"}, "nftables": {"proxy": "nftables"}}


def play(lab):
    lab.serve(affinity=10800)
    lab.balancer.by_flow(*lab.nodes)
    lab.ask(clients=24, addresses=6, seconds=3)
