"""The ingress node keeps sources, and the pod's own node answers the client itself, from the pod's address."""

modes = ["C10"]
verdict = "fail"


def play(lab):
    lab.omitted.add("masquerade")
    lab.serve(pods=lab.pods(s1=lab.n2))
    lab.ask(clients=6, seconds=3)
