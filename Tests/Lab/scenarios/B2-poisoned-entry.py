"""Clients ask a node's port before its proxy has written the rules, and connection tracking remembers that."""

modes = ["B2", "C1"]
verdict = "fail"


def play(lab):
    pods = lab.pods(s1=lab.n2, s2=lab.n3)
    # Translation must be on for a flow to be remembered as not translated.
    lab.serve("other", pods)
    service = lab.serve("late", pods, type="NodePort", synced=False)
    aim = (lab.n1.address, service.node_port)
    lab.ask(clients=4, seconds=7, to=aim)
    lab.wait(2)
    lab.note("n1's proxy writes the rules")
    lab.sync()
    lab.ask(clients=4, seconds=4, to=aim)
