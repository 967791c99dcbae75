"""All endpoints leave a service, and come back: who asks meanwhile is told so, and who goes on is placed anew."""

modes = ["B8", "A17", "C1"]
without = []
verdict = "pass"
is_sample = False
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
