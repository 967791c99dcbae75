"""Datagrams that may not be fragmented are too large for the tunnel, and the clients' firewall drops who says so."""

modes = ["B17", "C1"]
verdict = "fail"
setup = {"network": "vxlan", "proxy": "nftables"}


def play(lab):
    lab.serve(pods=lab.pods(s1=lab.n2, s2=lab.n3))
    lab.deafen_clients_to_icmp()
    lab.ask(clients=6, seconds=3, padding=1400)
    lab.ask(clients=6, seconds=3)
