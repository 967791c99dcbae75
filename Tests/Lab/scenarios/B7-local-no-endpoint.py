"""Policy Local, and the balancer sends a part of the clients to a node without a pod."""

modes = ["B7"]
verdict = "fail"
variants = {"iptables": {"proxy": "iptables"}, "nftables": {"proxy": "nftables"}}


def play(lab):
    lab.serve(policy="Local", pods=lab.pods(s1=lab.n1, s2=lab.n2))
    lab.balancer.by_address(*lab.nodes)
    lab.ask(clients=12, addresses=12, seconds=4)
