"""Datagrams come in at an interface to which n1's routes do not lead back, and its filter is strict."""

# Nothing in packets tells this from other drops: it must not be taken for another mode.
modes = []
verdict = "inconclusive"
without = []


def play(lab):
    lab.serve(policy="Local")
    lab.second_way_in(lab.n1)
    lab.ask(clients=6, seconds=3)
