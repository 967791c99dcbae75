"""Nothing goes wrong: a node asks another one's port with policy Local, whose pod sees the asking node's own address."""

is_sample = False
modes = []
verdict = "pass"
# What k8s/check/verify-local does.
setup = {"policy": "Local"}
variants = {
    "iptables": {"proxy": "iptables"},
    "nftables": {"proxy": "nftables"},
    "nftables v6": {"proxy": "nftables", "family": 6},
}


def play(lab):
    service = lab.serve(type="NodePort")
    lab.ask(clients=6, seconds=3, to=(lab.n2.address, service.node_port), within=lab.n1)
