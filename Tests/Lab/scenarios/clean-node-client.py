"""Nothing goes wrong: a client on a node asks a cluster address."""

is_sample = False
modes = []
# A node translates its own clients before any capture can see them.
judges_origins = False
setup = {"policy": "Local"}
variants = {
    "iptables": {"proxy": "iptables"},
    "nftables": {"proxy": "nftables"},
    "nftables vxlan": {"proxy": "nftables", "network": "vxlan"},
}


def play(lab):
    service = lab.serve(type="ClusterIP")
    lab.ask(clients=6, seconds=3, to=(service.cluster_ip, service.port), within=lab.n1)
