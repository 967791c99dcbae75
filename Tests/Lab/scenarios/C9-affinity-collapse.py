"""All clients have the balancer's address, and the service ClientIP affinity: one pod gets them all."""

modes = ["C8", "C9"]
verdict = "fail"
setup = {"policy": "Local"}


def play(lab):
    lab.serve(affinity=10800)
    lab.hide_clients(behind=lab.plan.balancer_source())
    lab.ask(clients=30, seconds=3)
