"""A balancer in front of the cluster puts its own address in place of all clients'."""

modes = ["C8"]
setup = {"policy": "Local"}


def play(lab):
    lab.serve()
    lab.hide_clients(behind=lab.plan.balancer_source())
    lab.ask(clients=30, seconds=3)
