"""A pod fails its readiness probe and answers no more, but the flows it has stay with it."""

modes = ["B6", "C1"]
verdict = "fail"


def play(lab):
    lab.serve()
    lab.ask(clients=16, seconds=7)
    lab.wait(2)
    pod = lab.busiest()
    lab.unready(pod, cleans=False)
    lab.freeze(pod)
