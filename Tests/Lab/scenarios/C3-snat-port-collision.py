"""Masquerading that keeps ports while they are free, and clients that share ports behind one node address."""

modes = ["C1", "C3"]


def play(lab):
    lab.omitted.add("random ports")
    lab.serve(pods=lab.pods(s1=lab.n2))
    lab.ask(clients=12, addresses=3, seconds=3)
