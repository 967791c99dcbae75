"""A proxy that knows nothing of the ClientIP affinity which the service asks for."""

modes = ["A18", "C1"]
verdict = "fail"
setup = {"proxy": "nftables"}


def play(lab):
    lab.omitted.add("affinity")
    lab.serve(affinity=10800)
    for _ in range(3):
        lab.ask(clients=12, addresses=12, requests=2).wait()
