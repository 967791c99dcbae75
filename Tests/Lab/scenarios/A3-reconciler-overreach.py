"""Another service's endpoints change, and n1's proxy forgets every flow instead of that service's alone."""

modes = ["A3", "C1"]
verdict = "fail"


def play(lab):
    lab.serve()
    other = lab.serve("other", pods=lab.pods(o1=lab.n1, o2=lab.n2))
    lab.ask(clients=12, seconds=6)
    lab.wait(2.5)
    lab.leave(other, other.pods[0])
    lab.flush(lab.n1)
