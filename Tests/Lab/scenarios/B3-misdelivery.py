"""A pod is deleted, nobody cleans connection tracking, and another workload gets its address."""

modes = ["B3", "C1"]
verdict = "fail"


def play(lab):
    lab.serve()
    lab.ask(clients=16, seconds=7)
    lab.wait(2.5)
    gone = lab.busiest()
    lab.delete(gone, cleans=False)
    lab.wait(0.5)
    lab.replace(gone, "other", port=9999)
