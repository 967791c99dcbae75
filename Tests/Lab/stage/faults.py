"""What can go wrong with a cluster's network, done to a lab for real."""

import pathlib
import sys

from . import conntrack


class Faults:
    """The part of a lab that breaks it."""

    # Connection tracking

    def flush(self, node):
        """What a kube-proxy does that restarts: the node forgets every flow."""
        self.note(f"{node.name} loses its conntrack table")
        conntrack.flush(node.space)

    def forget_flow(self, node, client, port):
        """A node forgets one flow."""
        aim = ("--orig-src", client, "--orig-port-src", str(port))
        node.space.run("conntrack", "-D", *conntrack.family(self.plan), "-p", "udp", *aim)

    def fill_conntrack(self, node):
        """A node's table gets as many established flows as it holds."""
        self.note(f"the conntrack table of {node.name} is filled")
        conntrack.fill(node.space)

    def leave_tunnels_untracked(self):
        """Turns tracking off for what goes to the tunnel's port, as several networks do to save its cost."""
        for node in self.nodes:
            node.space.nft(raw("udp dport 8472 notrack"))

    def leave_answers_untracked(self, node):
        """A node's tracking misses what the pods answer, so that it is not translated back."""
        node.space.nft(raw(f"{self.ip} saddr {self.plan.pods} udp sport 20001 notrack"))

    # Addresses

    def announce(self, node):
        """A node takes the service's address and says so on the local network; whoever had it gives it up."""
        if self.announcing:
            self.note(f"{self.announcing.name} gives the address to {node.name}")
            self.announcing.space.ip(f"addr del {self.plan.vip}/{self.plan.host} dev eth0")
        self.announcing = node
        node.space.ip(f"addr add {self.plan.vip}/{self.plan.host} dev eth0")
        say_on_the_network(node.space, self.plan.vip)

    def hide_clients(self, behind=None):
        """Before the cluster all clients get one address, and random ports: the router's, or one beside the nodes'."""
        self.has_client_nat = True
        if behind:
            self.router.ip(f"addr add {behind}/{self.plan.node_network} dev lan")
        source = behind or self.plan.client_router()
        self.router.nft(source_nat(f"iifname uplink snat {self.ip} to {source} fully-random"))

    def forget_hidden(self):
        """The router in front of the clients forgets who had which port."""
        conntrack.flush(self.router)

    def masquerade_everything(self, node):
        """A node puts its own address in place of whatever goes to its pods."""
        node.space.nft(source_nat(f"{self.ip} daddr {self.plan.node_pods(node.number)} masquerade"))

    def choose_source_port(self, client, port, chosen):
        """The nodes masquerade one client with a chosen port."""
        for node in self.nodes:
            node.space.nft(source_nat(f"{self.ip} saddr {client} udp sport {port} masquerade to :{chosen}"))

    def share_source(self, *nodes):
        """Nodes put one address, which the first of them has, in place of all clients', and keep ports."""
        shared = self.plan.shared_source()
        nodes[0].space.ip(f"addr add {shared}/{self.plan.node_network} dev eth0")
        for node in nodes:
            node.space.nft(source_nat(f"{self.ip} daddr {self.plan.pods} snat {self.ip} to {shared}"))

    # The network

    def drop_later_fragments(self):
        """The switch between the nodes lets only first fragments through."""
        self.router.nft(
            "add table bridge lab\n"
            "add chain bridge lab pass { type filter hook forward priority 0; }\n"
            "add rule bridge lab pass ether type ip ip frag-off & 0x1fff != 0 drop\n"
            "add rule bridge lab pass ether type ip6 frag frag-off != 0 drop\n"
        )

    def drop_first_datagrams(self, node):
        """A node drops the first datagram of every flow to a service, and lets those after it pass."""
        kind = "ipv4_addr" if self.plan.family == 4 else "ipv6_addr"
        flow = f"{self.ip} saddr . udp sport"
        node.space.nft(
            "add table inet lab-first\n"
            f"add set inet lab-first known {{ type {kind} . inet_service; flags dynamic; size 65536; }}\n"
            "add chain inet lab-first in { type filter hook prerouting priority raw; }\n"
            "add rule inet lab-first in udp dport != 20001 accept\n"
            f"add rule inet lab-first in {flow} @known accept\n"
            f"add rule inet lab-first in add @known {{ {flow} }} drop\n"
        )

    def deafen_clients_to_icmp(self):
        """Nobody tells the clients that their packets are too large."""
        self.router.nft(
            "add table inet lab\n"
            "add chain inet lab pass { type filter hook forward priority 0; }\n"
            "add rule inet lab pass oifname uplink icmp type destination-unreachable drop\n"
            "add rule inet lab pass oifname uplink icmpv6 type packet-too-big drop\n"
        )

    def second_way_in(self, node):
        """The balancer reaches a node at an interface of which the node's routes know nothing, and it is strict."""
        inside, outside = self.plan.second_link()
        self.router.ip(f"link add side type veth peer name eth1 netns {node.name}")
        self.router.ip(f"addr add {outside}/{self.plan.node_network} dev side", "link set side up")
        node.space.ip(f"addr add {inside}/{self.plan.node_network} dev eth1", "link set eth1 up")
        node.space.sysctl(ipv4__conf__eth1__rp_filter=1)
        self.balancer.by_way(node, inside)

    @property
    def ip(self):
        return "ip" if self.plan.family == 4 else "ip6"


def say_on_the_network(space, address):
    space.run(sys.executable, str(pathlib.Path(__file__).with_name("announce.py")), "eth0", address)


def raw(rule):
    """A rule before connection tracking, for what comes in and for what is sent from here."""
    text = "add table inet lab-raw\n"
    for hook in ("prerouting", "output"):
        text += f"add chain inet lab-raw {hook} {{ type filter hook {hook} priority raw; }}\n"
        text += f"add rule inet lab-raw {hook} {rule}\n"
    return text


def source_nat(rule):
    """A rule that decides about sources before the proxy's rules do: who comes first, wins."""
    return (
        "add table inet lab-nat\n"
        "add chain inet lab-nat post { type nat hook postrouting priority srcnat - 10; }\n"
        f"add rule inet lab-nat post {rule}\n"
    )
