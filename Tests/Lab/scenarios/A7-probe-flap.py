"""The balancer's probe of n1 fails once: its clients go to n2, and come back."""

modes = ["A7", "C1"]
verdict = "fail"


def play(lab):
    lab.serve()
    lab.ask(clients=12, seconds=6)
    for node in (lab.n2, lab.n1):
        lab.wait(2)
        lab.note(f"the balancer sends everything to {node.name}")
        lab.balancer.to(node)
