"""Answers leave the node without being translated back."""

modes = ["C5"]
verdict = "fail"
setup = {"policy": "Local"}


def play(lab):
    lab.serve(pods=lab.pods(s1=lab.n1))
    lab.leave_answers_untracked(lab.n1)
    lab.ask(clients=6, seconds=3)
