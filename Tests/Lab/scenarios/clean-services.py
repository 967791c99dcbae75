"""Nothing goes wrong: clients outside and in a pod, at a balancer's, a node's and a cluster address."""

import itertools

is_sample = False
modes = []
verdict = "pass"
variants = {
    " ".join(words): {
        "proxy": words[0],
        "policy": words[1],
        "network": words[2],
        "family": int(words[3][1]),
        "modes": ["C1"] if words[1] == "Cluster" else [],
    }
    for words in itertools.product(("iptables", "nftables"), ("Cluster", "Local"), ("routed", "vxlan"), ("v4", "v6"))
}


def play(lab):
    pods = lab.pods(s1=lab.n1, s2=lab.n2, s3=lab.n3, s4=lab.n3)
    asker = lab.pod("asker", lab.n2, serves=False)
    balanced = lab.serve("balanced", pods)
    ported = lab.serve("ported", pods, type="NodePort", affinity=10800)
    inside = lab.serve("inside", pods, type="ClusterIP")
    lab.balancer.by_address(*lab.nodes)
    asks = {"clients": 6, "seconds": 3, "every": 0.25}
    lab.ask(**asks)
    lab.ask(**asks, to=(lab.n3.address, ported.node_port))
    lab.ask(**asks, to=(inside.cluster_ip, inside.port), within=asker)
    lab.ask(**asks, to=(balanced.cluster_ip, balanced.port), within=asker)
