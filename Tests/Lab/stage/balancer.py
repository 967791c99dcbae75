"""The router's part as a load balancer: which node each datagram to the service's address goes to."""

import hashlib

BUCKETS = 64


class Balancer:
    """Decides datagram by datagram, with no memory of flows, as routers do."""

    def __init__(self, router, plan, nodes):
        self._router = router
        self._plan = plan
        self._ip = "ip" if plan.family == 4 else "ip6"
        for node in nodes:
            table = 100 + node.number
            router.ip(
                f"route replace default via {node.address} table {table}",
                f"rule add fwmark {node.number} table {table}",
                family=plan.family,
            )
        self.to(nodes[0])

    def to(self, node):
        """Sends everything to one node."""
        self._decide(str(node.number))

    def by_address(self, *nodes):
        """Hashes the client's address over the nodes, modulo their number."""
        self._decide(self._modulo(f"{self._ip} saddr", nodes))

    def by_flow(self, *nodes):
        """Hashes address and port over the nodes, modulo their number."""
        self._decide(self._modulo(f"{self._ip} saddr . udp sport", nodes))

    def consistently(self, *nodes):
        """Hashes address and port over the nodes so that nobody moves whose node stays."""
        owners = rendezvous([node.number for node in nodes])
        choices = ", ".join(f"{bucket} : {number}" for bucket, number in enumerate(owners))
        self._decide(f"jhash {self._ip} saddr . udp sport mod {BUCKETS} seed 0x7 map {{ {choices} }}")

    def in_turn(self, *nodes):
        """Sends datagrams to the nodes in turn."""
        self._decide(f"numgen inc mod {len(nodes)} map {{ {self._choices(nodes)} }}")

    def split(self, nodes):
        """Sends each of these client addresses to the node that it is given."""
        choices = ", ".join(f"{address} : {node.number}" for address, node in nodes.items())
        self._decide(f"{self._ip} saddr map {{ {choices} }}")

    def by_way(self, node, gateway):
        """Reaches a node by another of its addresses."""
        self._router.ip(f"route replace default via {gateway} table {100 + node.number}")

    def follow_announcements(self):
        """Is no balancer: sends to whichever node says on the local network that it has the address."""
        self._router.ip(f"route replace {self._plan.vip}/{self._plan.host} dev lan")
        self._decide("0")

    def _modulo(self, key, nodes):
        return f"jhash {key} mod {len(nodes)} seed 0x7 map {{ {self._choices(nodes)} }}"

    @staticmethod
    def _choices(nodes):
        return ", ".join(f"{place} : {node.number}" for place, node in enumerate(nodes))

    def _decide(self, expression):
        aim = f"{self._ip} daddr {self._plan.vip}"
        self._router.nft(
            "add table inet balancer\n"
            "add chain inet balancer decide { type filter hook prerouting priority mangle; }\n"
            "flush chain inet balancer decide\n"
            f"add rule inet balancer decide {aim} meta mark set {expression}\n"
        )


def rendezvous(names):
    """Which of the names each bucket belongs to: when one goes, no other bucket changes hands."""
    def weight(name, bucket):
        return hashlib.sha256(f"{name} {bucket}".encode()).digest()

    return [max(names, key=lambda name: weight(name, bucket)) for bucket in range(BUCKETS)]
