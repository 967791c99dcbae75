"""The first two datagrams of new flows leave two processors at once: some pairs part on their way through n1."""

modes = ["A13", "C1"]
# Which of the two a pod took first is in no packet, and the client hears of one pod after the other.
judges_order = False
judges_clients = False
variants = {"v4": {}, "nftables v6": {"proxy": "nftables", "family": 6}}


def happened(truth):
    """It takes two processors, and luck."""
    return modes if truth.moved else ["C1"]


def play(lab):
    lab.serve()
    lab.race(flows=60)
