"""The clients' own router forgets its NAT table: they go on under other ports, before the cluster."""

modes = ["A16"]
setup = {"policy": "Local"}


def play(lab):
    lab.serve()
    lab.hide_clients()
    lab.ask(clients=6, seconds=5, every=0.1)
    lab.wait(2.5)
    lab.note("the clients' router loses its conntrack table")
    lab.forget_hidden()
