"""The wires: clients, a router, three nodes, and pods, each a network namespace.

    clients ── router ──┬── n1 ── bridge or veths ── pods
                        ├── n2 …
                        └── n3 …
"""

from .addresses import Plan
from .kernel import make_namespaces

VXLAN_PORT = 8472


class Node:
    def __init__(self, number, space, plan):
        self.number = number
        self.name = f"n{number}"
        self.space = space
        self.address = plan.node(number)
        # Whether the proxy's chains are hooked into the kernel's.
        self.is_proxied = False


class Pod:
    def __init__(self, name, node, address, space, place, is_on_host=False):
        self.name = name
        self.node = node
        self.address = address
        self.space = space
        self.place = place
        self.is_on_host = is_on_host


class Cluster:
    """What a lab is made of; made in well under a second."""

    def __init__(self, family=4, network="routed", bridged=True, clients=12):
        self.plan = Plan(family)
        self.network = network
        self.bridged = bridged
        # What a tunnel's headers leave.
        self.mtu = 1500 if network == "routed" else 1450 if family == 4 else 1430
        self.pods = {}
        self.clients, self.router, *spaces = make_namespaces(["clients", "router", "n1", "n2", "n3"])
        self.nodes = [Node(number, space, self.plan) for number, space in enumerate(spaces, 1)]
        for space in (self.clients, self.router, *spaces):
            self._quieten(space)
        self._wire_router(clients)
        for node in self.nodes:
            self._wire_node(node)
        if network == "vxlan":
            self._wire_tunnels()

    def _quieten(self, space):
        """The same kernel whatever the host's settings; no family but the lab's says anything."""
        space.ip("link set lo up")
        space.sysctl(
            ipv6__conf__all__disable_ipv6=int(self.plan.family == 4),
            ipv6__conf__default__disable_ipv6=int(self.plan.family == 4),
            ipv6__conf__all__accept_dad=0,
            ipv6__conf__default__accept_dad=0,
            ipv6__conf__default__accept_ra=0,
            ipv6__conf__all__forwarding=1,
            ipv4__ip_forward=1,
            ipv4__conf__all__rp_filter=0,
            ipv4__conf__default__rp_filter=0,
            ipv4__conf__all__accept_redirects=0,
            ipv4__conf__default__accept_redirects=0,
        )

    def _wire_router(self, clients):
        plan, router = self.plan, self.router
        router.ip(
            "link add uplink type veth peer name eth0 netns clients",
            "link add lan type bridge",
            f"addr add {plan.client_router()}/{plan.client_network} dev uplink",
            f"addr add {plan.router()}/{plan.node_network} dev lan",
            "link set uplink up",
            "link set lan up",
        )
        # The router's own filters are for what it routes, not for what passes its switch.
        router.sysctl(**{"bridge__bridge-nf-call-iptables": 0, "bridge__bridge-nf-call-ip6tables": 0})
        self.clients.ip(
            *(f"addr add {plan.client(n)}/{plan.client_network} dev eth0" for n in range(1, clients + 1)),
            "link set eth0 up",
            f"route add default via {plan.client_router()}",
        )

    def _wire_node(self, node):
        plan, port = self.plan, f"port{node.number}"
        self.router.ip(
            f"link add {port} type veth peer name eth0 netns {node.name}",
            f"link set {port} master lan up",
        )
        node.space.ip(
            f"addr add {node.address}/{plan.node_network} dev eth0",
            "link set eth0 up",
            f"route add default via {plan.router()}",
        )
        if self.bridged:
            node.space.ip(
                "link add cni0 type bridge",
                f"addr add {plan.bridge(node.number)}/{plan.pod_network} dev cni0",
                f"link set cni0 mtu {self.mtu} up",
            )
        if self.network == "routed":
            others = [other for other in (1, 2, 3) if other != node.number]
            node.space.ip(*(f"route add {plan.node_pods(other)} via {plan.node(other)}" for other in others))

    def _wire_tunnels(self):
        """As flannel does: every node's tunnel knows the others' by heart."""
        plan = self.plan
        name = "flannel.1" if plan.family == 4 else "flannel-v6.1"
        for node in self.nodes:
            lines = [
                f"link add {name} address {self._tunnel_mac(node)} type vxlan id 1 dev eth0 local {node.address} "
                f"dstport {VXLAN_PORT} nolearning",
                f"addr add {plan.tunnel(node.number)}/{plan.host} dev {name}",
                f"link set {name} mtu {self.mtu} up",
            ]
            for other in self.nodes:
                if other is not node:
                    gateway = plan.tunnel(other.number)
                    lines.append(
                        f"neigh replace {gateway} lladdr {self._tunnel_mac(other)} dev {name} nud permanent"
                    )
                    lines.append(f"route add {plan.node_pods(other.number)} via {gateway} dev {name} onlink")
            node.space.ip(*lines)
            for other in self.nodes:
                if other is not node:
                    mac = self._tunnel_mac(other)
                    node.space.run("bridge", "fdb", "append", mac, "dev", name, "dst", other.address)

    @staticmethod
    def _tunnel_mac(node):
        return f"0a:00:00:00:00:{node.number:02x}"

    def add_pod(self, name, node, address=None, on_host=False):
        """Makes a pod at a node; `address` gives it that of one which is gone."""
        if on_host:
            pod = Pod(name, node, node.address, node.space, 0, is_on_host=True)
            self.pods[name] = pod
            return pod
        plan = self.plan
        places = [pod.place for pod in self.pods.values() if pod.node is node and not pod.is_on_host]
        place = max(places, default=1) + 1
        [space] = make_namespaces([name])
        self._quieten(space)
        pod = Pod(name, node, address or plan.pod(node.number, place), space, place)
        port = f"veth-{name}"
        node.space.ip(f"link add {port} mtu {self.mtu} type veth peer name eth0 netns {name}")
        if self.bridged:
            node.space.ip(f"link set {port} master cni0 up")
            node.space.run("bridge", "link", "set", "dev", port, "hairpin", "on")
            gateway, network = plan.bridge(node.number), plan.pod_network
            ways = [f"route add default via {gateway}"]
        else:
            network, ways = plan.host, [f"route add {plan.link}/{plan.host} dev eth0"] * (plan.family == 4)
            ways.append(f"route add default via {plan.link} dev eth0")
            node.space.ip(f"link set {port} up", f"route replace {pod.address}/{plan.host} dev {port}")
            if plan.family == 4:
                node.space.sysctl(**{f"ipv4__conf__{port}__proxy_arp": 1})
            else:
                node.space.ip(f"addr add {plan.link}/64 dev {port}")
        space.ip(f"addr add {pod.address}/{network} dev eth0", f"link set eth0 mtu {self.mtu} up", *ways)
        self.pods[name] = pod
        return pod

    def remove_pod(self, pod):
        """Takes a pod's interface away: its address is nobody's from then on."""
        pod.node.space.ip(f"link del veth-{pod.name}")
        del self.pods[pod.name]
