"""Single flows lose their conntrack entries; the only pod stays, and sees them under other ports."""

modes = ["C1", "C4"]
verdict = "fail"


def play(lab):
    lab.serve(pods=lab.pods(s1=lab.n2))
    lab.ask(clients=8, addresses=2, seconds=6)
    for number in (1, 2):
        lab.wait(1.7)
        lab.note(f"n1 forgets {lab.plan.client(number)}:40001")
        lab.forget_flow(lab.n1, lab.plan.client(number), 40001)
