"""The rules that kube-proxy's nftables mode writes, for UDP."""

from .addresses import endpoint
from .service import without


def write(node, services, plan, omitted=()):
    """Makes the node translate for these services; sets of known clients live on."""
    node.space.nft(rules(node, services, plan, omitted))


def rules(node, services, plan, omitted=()):
    table = Table(plan)
    table.base("nat-prerouting", "nat hook prerouting priority dstnat", "jump services")
    table.base("nat-output", "nat hook output priority -100", "jump services")
    table.base("nat-postrouting", "nat hook postrouting priority srcnat", "jump masquerading")
    for hook in ("input", "forward", "output"):
        table.base(f"filter-{hook}", f"filter hook {hook} priority filter", "ct state new jump endpoints-check")
    ip, kind = table.ip, table.address
    table.map("service-ips", f"{kind} . inet_proto . inet_service")
    table.map("service-nodeports", "inet_proto . inet_service")
    table.map("no-endpoint-services", f"{kind} . inet_proto . inet_service")
    table.map("no-endpoint-nodeports", "inet_proto . inet_service")
    aim = f"{ip} daddr . meta l4proto . th dport"
    table.chain(
        "services",
        f"{aim} vmap @service-ips",
        "fib daddr type local meta l4proto . th dport vmap @service-nodeports",
    )
    table.chain(
        "endpoints-check",
        f"{aim} vmap @no-endpoint-services",
        "fib daddr type local meta l4proto . th dport vmap @no-endpoint-nodeports",
    )
    table.chain("reject-chain", "reject")
    table.chain("mark-for-masquerade", "meta mark set meta mark or 0x4000")
    table.chain(
        "masquerading",
        "meta mark and 0x4000 == 0 return",
        "meta mark set meta mark xor 0x4000",
        "" if "masquerade" in omitted else "masquerade" if "random ports" in omitted else "masquerade fully-random",
    )
    for service in services:
        if not service.is_headless:
            write_service(node, without(service, omitted), table)
    return table.text()


def write_service(node, service, table):
    ip, plan = table.ip, table.plan
    cluster, local = f"service-{service.key()}", f"service-local-{service.key()}"
    external = f"external-{service.key()}"
    everywhere, here = service.ready(), service.ready(node)
    reachable = here if service.policy == "Local" else everywhere
    for pod in everywhere:
        learn = ""
        if service.affinity:
            known = f"affinity-{service.key(pod.address)}"
            table.set(known, service.affinity)
            learn = f"update @{known} {{ {ip} saddr }}"
        table.chain(
            endpoint_chain(service, pod),
            f"{ip} saddr {pod.address} jump mark-for-masquerade",
            learn,
            f"meta l4proto udp dnat to {endpoint(pod.address, service.port)}",
        )
    inside = f"{ip} daddr {service.cluster_ip} udp dport {service.port}"
    table.chain(
        cluster,
        f"{inside} {ip} saddr != {plan.pods} jump mark-for-masquerade",
        *choose(service, everywhere, table),
    )
    if service.policy == "Local":
        table.chain(local, *choose(service, here, table))
        table.chain(
            external,
            f"{ip} saddr {plan.pods} goto {cluster}",
            "fib saddr type local jump mark-for-masquerade",
            f"fib saddr type local goto {cluster}",
            f"goto {local}",
        )
    else:
        table.chain(external, "jump mark-for-masquerade", f"goto {cluster}")
    refusal = "drop" if everywhere else "goto reject-chain"
    aims = [(service.cluster_ip, cluster, everywhere)]
    if service.vip:
        aims.append((service.vip, external, reachable))
    for address, chain, pods in aims:
        key = f"{address} . udp . {service.port}"
        table.element("service-ips", key, f"goto {chain}") if pods else table.element(
            "no-endpoint-services", key, refusal
        )
    if service.node_port:
        key = f"udp . {service.node_port}"
        table.element("service-nodeports", key, f"goto {external}") if reachable else table.element(
            "no-endpoint-nodeports", key, refusal
        )


def choose(service, pods, table):
    """Known clients go where they were; the others by chance, each pod alike."""
    chains = [endpoint_chain(service, pod) for pod in pods]
    known = []
    if service.affinity:
        known = [f"{table.ip} saddr @affinity-{service.key(p.address)} goto {endpoint_chain(service, p)}" for p in pods]
    choices = ", ".join(f"{number} : goto {chain}" for number, chain in enumerate(chains))
    return known + ([f"numgen random mod {len(chains)} vmap {{ {choices} }}"] if chains else [])


def endpoint_chain(service, pod):
    return f"endpoint-{service.key(pod.address)}"


class Table:
    """The table `kube-proxy` as one transaction, in which chains are made anew and sets are kept."""

    def __init__(self, plan):
        self.plan = plan
        self.ip = "ip" if plan.family == 4 else "ip6"
        self.address = "ipv4_addr" if plan.family == 4 else "ipv6_addr"
        self.name = f"{self.ip} kube-proxy"
        self.makers = [f"add table {self.name}"]
        self.rules = []

    def base(self, name, hook, rule):
        self.makers.append(f"add chain {self.name} {name} {{ type {hook}; }}")
        self._fill(name, [rule])

    def chain(self, name, *rules):
        self.makers.append(f"add chain {self.name} {name}")
        self._fill(name, rules)

    def _fill(self, name, rules):
        self.makers.append(f"flush chain {self.name} {name}")
        self.rules += [f"add rule {self.name} {name} {rule}" for rule in rules if rule]

    def map(self, name, key):
        self.makers.append(f"add map {self.name} {name} {{ type {key} : verdict; }}")
        self.makers.append(f"flush map {self.name} {name}")

    def set(self, name, seconds):
        kind = f"type {self.address}; flags dynamic,timeout; timeout {seconds}s;"
        self.makers.append(f"add set {self.name} {name} {{ {kind} }}")

    def element(self, map, key, verdict):
        self.rules.append(f"add element {self.name} {map} {{ {key} : {verdict} }}")

    def text(self):
        return "\n".join(self.makers + self.rules + [""])
