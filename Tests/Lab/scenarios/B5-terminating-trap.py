"""A pod is told to go and stops answering, but flows stay with it for its grace period."""

modes = ["B5", "C1"]
verdict = "fail"


def play(lab):
    lab.serve()
    lab.ask(clients=16, seconds=7)
    lab.wait(2)
    pod = lab.busiest()
    lab.terminate(pod)
    lab.wait(0.3)
    lab.freeze(pod)
