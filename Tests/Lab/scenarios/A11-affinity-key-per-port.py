"""ClientIP affinity is each port's own: a client's flows to two ports of one service part, and stay."""

modes = ["A11", "C1"]
variants = {"iptables": {"proxy": "iptables"}, "nftables": {"proxy": "nftables"}}


def play(lab):
    first = lab.serve("two-ports", affinity=10800, port_name="first")
    second = lab.serve("two-ports", affinity=10800, port_name="second", pods=first.pods)
    for service in (first, second, first, second):
        lab.ask(clients=12, addresses=12, requests=3, to=(service.vip, service.port)).wait()
