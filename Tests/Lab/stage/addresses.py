"""Who has which address, in either family: those of the recordings in captures/."""

import ipaddress


class Plan:
    """The addresses of a lab."""

    def __init__(self, family):
        self.family = family
        v4 = family == 4
        self.vip = "198.51.100.7" if v4 else "2001:db8:1b::7"
        self.pods = "10.244.0.0/16" if v4 else "fd00:10:244::/48"
        self.node_network = 24 if v4 else 64
        self.pod_network = 24 if v4 else 64
        self.client_network = 23 if v4 else 64
        self.host = 32 if v4 else 128
        # The address that a pod without a bridge has as its way out.
        self.link = "169.254.1.1" if v4 else "fe80::1"
        self.any = "0.0.0.0" if v4 else "::"

    def _at(self, v4, v6):
        return v4 if self.family == 4 else str(ipaddress.ip_address(v6))

    def router(self):
        return self._at("192.168.99.1", "fd99::1")

    def node(self, number):
        return self._at(f"192.168.99.{10 + number}", f"fd99::{10 + number}")

    def node_pods(self, number):
        return self._at(f"10.244.{number}.0", f"fd00:10:244:{number}::") + f"/{self.pod_network}"

    def bridge(self, number):
        return self._at(f"10.244.{number}.1", f"fd00:10:244:{number}::1")

    def tunnel(self, number):
        return self._at(f"10.244.{number}.0", f"fd00:10:244:{number}::")

    def pod(self, node, place):
        """The address of a node's pod; places count from 2, for the bridge has 1."""
        return self._at(f"10.244.{node}.{place}", f"fd00:10:244:{node}::{place:x}")

    def cluster_ip(self, place):
        return self._at(f"10.96.0.{place}", f"fd00:10:96::{place:x}")

    def client(self, number):
        """Clients count from 1: 203.0.113.1 and so on, where a recording has them, then 203.0.112.1."""
        if self.family == 6:
            return str(ipaddress.ip_address("2001:db8:cc::") + number)
        return f"203.0.113.{number}" if number < 255 else f"203.0.112.{number - 254}"

    def client_router(self):
        return self._at("203.0.112.254", "2001:db8:cc::ffff")

    def balancer_source(self):
        """The address that a balancer which stands for its clients has, beside the nodes' own."""
        return self._at("192.168.99.2", "fd99::2")

    def shared_source(self):
        return self._at("192.168.99.50", "fd99::50")

    def second_link(self):
        """Two addresses of a link that is not the nodes' own: the node's and the router's."""
        return (self._at("192.168.98.11", "fd98::11"), self._at("192.168.98.1", "fd98::1"))


def endpoint(address, port):
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
