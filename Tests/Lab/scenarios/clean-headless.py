"""Nothing goes wrong: a headless service, whose pods are asked directly."""

is_sample = False
modes = []
verdict = "pass"
variants = {"bridge": {}, "veths vxlan": {"bridged": False, "network": "vxlan", "proxy": "nftables"}}


def play(lab):
    pods = lab.pods(s1=lab.n1, s2=lab.n2)
    asker = lab.pod("asker", lab.n1, serves=False)
    service = lab.serve(type="Headless", pods=pods)
    for pod in pods:
        lab.ask(clients=4, seconds=3, to=(pod.address, service.port), within=asker)
