"""A data path without connection tracking that chooses anew for every datagram."""

modes = ["A14"]
verdict = "fail"
setup = {"proxy": "stateless", "choice": "datagram"}


def play(lab):
    lab.serve()
    lab.ask(clients=4, seconds=3, every=0.1)
