"""Services and their endpoints: what the proxies are to make true, and what the inventory tells."""

import base64
import dataclasses
import hashlib


@dataclasses.dataclass
class Endpoint:
    """A pod of a service, and how far along its life it is."""

    pod: object
    ready: bool = True
    terminating: bool = False


@dataclasses.dataclass
class Service:
    name: str
    type: str = "LoadBalancer"
    port: int = 20001
    # Several ports of one service are as many of these, with one name.
    port_name: str = "udp"
    node_port: int = 0
    cluster_ip: str = ""
    vip: str = ""
    policy: str = "Cluster"
    # Seconds of ClientIP affinity; None for none.
    affinity: int | None = None
    announcer: str = ""
    endpoints: list = dataclasses.field(default_factory=list)

    @property
    def pods(self):
        return [entry.pod for entry in self.endpoints]

    @property
    def is_headless(self):
        return not self.cluster_ip

    def ready(self, node=None):
        """Where new flows may go: to ready pods, and only if there are none to those that serve while they end."""
        here = [e for e in self.endpoints if node is None or e.pod.node is node]
        chosen = [e for e in here if e.ready] or [e for e in here if e.terminating]
        return [e.pod for e in chosen]

    def find(self, pod):
        return next(e for e in self.endpoints if e.pod is pod)

    def key(self, *more):
        """Sixteen characters as kube-proxy makes them for the names of its chains."""
        text = "/".join(["default", self.name, self.port_name, "udp", *map(str, more)])
        return base64.b32encode(hashlib.sha256(text.encode()).digest()).decode()[:16]


def without(service, omitted):
    """The service as a proxy sees it that knows nothing of what it omits."""
    return dataclasses.replace(service, affinity=None) if "affinity" in omitted else service
