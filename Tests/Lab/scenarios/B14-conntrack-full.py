"""n1's connection tracking table is full: new flows are dropped, those that are in it go on."""

modes = ["B14", "C1"]
verdict = "fail"


def play(lab):
    lab.serve()
    before = lab.ask(clients=6, seconds=60)
    lab.wait(1.5)
    lab.fill_conntrack(lab.n1)
    lab.ask(clients=12, seconds=4).wait()
    before.stop()
