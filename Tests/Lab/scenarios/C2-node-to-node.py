"""A node asks another one's port with policy Local, and that one masquerades whatever goes to its pods."""

is_sample = False
modes = ["C2"]
# As k8s/check/verify-local asks.
setup = {"policy": "Local"}
variants = {"iptables": {"proxy": "iptables"}, "nftables": {"proxy": "nftables"}}


def play(lab):
    service = lab.serve(type="NodePort")
    lab.masquerade_everything(lab.n2)
    lab.ask(clients=6, seconds=3, to=(lab.n2.address, service.node_port), within=lab.n1)
