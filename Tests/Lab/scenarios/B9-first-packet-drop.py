"""A data path that learns a client from its first datagram, and loses that one."""

modes = ["B9", "C1"]
verdict = "fail"


def play(lab):
    lab.serve()
    lab.drop_first_datagrams(lab.n1)
    lab.ask(clients=3, seconds=6)
    lab.ask(clients=12, seconds=3)
    lab.wait(1)
    lab.ask(clients=12, seconds=3)
