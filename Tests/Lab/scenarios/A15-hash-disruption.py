"""A data path without connection tracking that hashes flows over pods; one pod goes, and others' flows move too."""

modes = ["A15", "A17"]
verdict = "fail"
setup = {"proxy": "stateless"}
variants = {
    "modulo": {"choice": "modulo"},
    # Rendezvous hashing moves nobody whose pod stayed.
    "consistent": {"choice": "consistent", "modes": ["A17"], "verdict": "pass"},
}


def play(lab):
    lab.serve()
    lab.ask(clients=24, seconds=6)
    lab.wait(3)
    lab.delete(lab.busiest())
