"""A pod asks its own service, and sometimes reaches itself: it then sees another address than its own."""

modes = ["C7"]
verdict = "pass"
variants = {
    "iptables": {"proxy": "iptables"},
    "nftables": {"proxy": "nftables"},
    "nftables v6": {"proxy": "nftables", "family": 6},
}


def play(lab):
    pods = lab.pods(s1=lab.n1, s2=lab.n1)
    service = lab.serve(type="ClusterIP", pods=pods)
    lab.ask(clients=24, seconds=3, to=(service.cluster_ip, service.port), within=pods[0])
