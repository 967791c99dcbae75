"""The nodes' switch drops all fragments but the first."""

modes = ["B13", "C1"]
verdict = "fail"
arrives = False
variants = {"v4": {}, "v6": {"family": 6}}


def play(lab):
    lab.serve(pods=lab.pods(s1=lab.n2, s2=lab.n3))
    lab.drop_later_fragments()
    lab.ask(clients=6, seconds=4, padding=2800)
    lab.ask(clients=6, seconds=4)
