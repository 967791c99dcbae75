"""Half of the clients are silent for longer than conntrack remembers a flow: those are balanced anew."""

modes = ["A1", "C1"]
variants = {"iptables": {"proxy": "iptables"}, "nftables": {"proxy": "nftables"}}

STEADY = [n * 0.3 for n in range(9)]


def play(lab):
    lab.set_timeouts(unreplied=2, stream=4)
    lab.serve()
    quiet = STEADY + [8.0, 8.3, 8.6]
    short = STEADY + [3.6, 3.9, 4.2, 6.5, 6.8]
    lab.ask(clients=6, at=",".join(f"{t:.1f}" for t in quiet))
    lab.ask(clients=6, port=41000, at=",".join(f"{t:.1f}" for t in short))
