"""A data path without connection tracking, as eBPF and IPVS ones can be: each datagram is rewritten by itself.

The pod's own node gives answers the service's address, so that they need not come back through the ingress node.
"""

from .balancer import BUCKETS, rendezvous


def write(node, services, plan, choice):
    ip = "ip" if plan.family == 4 else "ip6"
    lines = [f"add table {ip} stateless"]
    for chain, hook in (("in", "prerouting priority raw"), ("out", "postrouting priority 300")):
        lines.append(f"add chain {ip} stateless {chain} {{ type filter hook {hook}; }}")
        lines.append(f"flush chain {ip} stateless {chain}")
    for service in services:
        addresses = [pod.address for pod in service.ready()]
        front = f"{ip} daddr {service.vip} udp dport {service.port}"
        lines.append(f"add rule {ip} stateless in {front} notrack {ip} daddr set {choose(ip, addresses, choice)}")
        back = f"{ip} saddr {plan.pods} udp sport {service.port}"
        lines.append(f"add rule {ip} stateless in {back} notrack")
        lines.append(f"add rule {ip} stateless out {back} {ip} saddr set {service.vip}")
    node.space.nft("\n".join(lines) + "\n")


def choose(ip, addresses, choice):
    if choice == "datagram":
        return f"numgen random mod {len(addresses)} map {{ {pairs(addresses)} }}"
    if choice == "modulo":
        return f"jhash {ip} saddr . udp sport mod {len(addresses)} seed 0x7 map {{ {pairs(addresses)} }}"
    owners = rendezvous(addresses)
    return f"jhash {ip} saddr . udp sport mod {BUCKETS} seed 0x7 map {{ {pairs(owners)} }}"


def pairs(addresses):
    return ", ".join(f"{number} : {address}" for number, address in enumerate(addresses))
