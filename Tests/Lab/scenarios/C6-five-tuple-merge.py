"""Two nodes put one shared address in place of their clients', and keep ports: two clients become one flow."""

modes = ["C1", "C6"]
verdict = "fail"


def play(lab):
    lab.serve(pods=lab.pods(s1=lab.n3))
    lab.share_source(lab.n1, lab.n2)
    lab.balancer.split({lab.plan.client(1): lab.n1, lab.plan.client(2): lab.n2})
    lab.ask(clients=2, addresses=2, seconds=4)
