"""A pod leaves the endpoints and comes back; that is over when n1 loses its connection tracking table."""

modes = ["A2", "A17", "C1"]
verdict = "fail"
is_sample = False


def play(lab):
    pods = lab.pods(s1=lab.n1, s2=lab.n2, s3=lab.n3)
    service = lab.serve(pods=pods)
    lab.ask(clients=12, seconds=11)
    lab.wait(1.5)
    lab.leave(service, lab.busiest())
    lab.wait(1)
    lab.join(service, *(pod for pod in pods if pod not in service.ready()))
    lab.wait(5.5)
    lab.flush(lab.n1)
