"""The nodes' switch drops all fragments but the first."""

modes = ["B13", "C1"]
verdict = "fail"
arrives = False


def play(lab):
    lab.serve(pods=lab.pods(s1=lab.n2, s2=lab.n3))
    lab.drop_later_fragments()
    lab.ask(clients=6, seconds=4, padding=2800)
    lab.ask(clients=6, seconds=4)
