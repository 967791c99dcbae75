"""One flow is masqueraded with the tunnels' own port, which is not tracked: its answers seem tunnel packets."""

modes = ["B12", "C1"]
verdict = "fail"
setup = {"network": "vxlan", "proxy": "nftables"}


def play(lab):
    lab.serve(pods=lab.pods(s1=lab.n2, s2=lab.n3))
    lab.leave_tunnels_untracked()
    lab.choose_source_port(lab.plan.client(1), 40000, 8472)
    lab.ask(clients=6, seconds=4)
