"""230 clients come back with new ports; iptables remembers only a hundred of them for each of two pods."""

modes = ["A10", "C1"]
verdict = "fail"
setup = {"proxy": "iptables", "clients": 230}


def play(lab):
    lab.serve(affinity=10800, pods=lab.pods(s1=lab.n1, s2=lab.n2))
    for port in (40000, 41000):
        lab.ask(clients=230, addresses=230, port=port, every=2, requests=1).wait()
