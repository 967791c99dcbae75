"""A pod is deleted and connection tracking is cleaned: its clients go to other pods."""

modes = ["A17", "C1"]
variants = {
    "iptables": {"proxy": "iptables"},
    "nftables vxlan": {"proxy": "nftables", "network": "vxlan"},
    # The nodes learn of it one after the other, while the pod still answers those that come in elsewhere.
    "late nodes": {"proxy": "nftables", "lag": 0.4, "addresses": 12},
}


def play(lab):
    lab.serve()
    lab.balancer.by_address(*lab.nodes)
    lab.ask(clients=24, seconds=6, addresses=lab.settings.get("addresses"))
    lab.wait(2.5)
    lab.delete(lab.busiest(), lag=lab.settings.get("lag", 0))
