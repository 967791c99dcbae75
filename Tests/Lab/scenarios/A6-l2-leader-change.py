"""The node that announces the service's address on the local network hands it to another one."""

modes = ["A6", "C1"]
verdict = "fail"
variants = {"v4": {}, "v6": {"family": 6}}


def play(lab):
    lab.serve(announcer="MetalLB")
    lab.balancer.follow_announcements()
    lab.announce(lab.n1)
    lab.ask(clients=12, seconds=5)
    lab.wait(2.5)
    lab.announce(lab.n2)
