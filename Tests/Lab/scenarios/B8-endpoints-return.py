"""All endpoints leave a service, and come back: who asks meanwhile is told so, and who goes on is placed anew."""

modes = ["B8", "A17", "C1"]
without = []
is_sample = False
# A flow that comes while the rules are replaced may get an entry without a translation, and keep it (B2).
exact = False
variants = {"iptables": {"proxy": "iptables"}, "nftables vxlan": {"proxy": "nftables", "network": "vxlan"}}


def play(lab):
    pods = lab.pods(s1=lab.n1, s2=lab.n2)
    service = lab.serve(pods=pods)
    lab.balancer.by_address(*lab.nodes)
    lab.ask(clients=18, seconds=7, addresses=6)
    lab.wait(2)
    for pod in pods:
        lab.leave(service, pod)
    lab.wait(2)
    lab.join(service, *pods)
