"""n1 is drained at the balancer, which hashes flows over the nodes that are left."""

modes = ["A5", "C1"]
verdict = "fail"
variants = {"iptables": {"proxy": "iptables"}, "nftables vxlan": {"proxy": "nftables", "network": "vxlan"}}


def play(lab):
    lab.serve()
    lab.balancer.by_flow(*lab.nodes)
    lab.ask(clients=12, seconds=5)
    lab.wait(2.5)
    lab.note("the balancer drains n1")
    lab.balancer.by_flow(lab.n2, lab.n3)
