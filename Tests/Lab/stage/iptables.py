"""The rules that kube-proxy's iptables mode writes, for UDP."""

from .addresses import endpoint
from .service import without


def write(node, services, plan, omitted=()):
    """Makes the node translate for these services; lists of recent clients live on."""
    program = "iptables-restore" if plan.family == 4 else "ip6tables-restore"
    node.space.run(program, "--noflush", stdin=rules(node, services, plan, omitted))


def rules(node, services, plan, omitted=()):
    nat = Table("nat", ["KUBE-SERVICES", "KUBE-NODEPORTS", "KUBE-POSTROUTING", "KUBE-MARK-MASQ"])
    filters = Table("filter", ["KUBE-EXTERNAL-SERVICES", "KUBE-SERVICES", "KUBE-FORWARD", "KUBE-NODEPORTS"])
    nat.add("KUBE-MARK-MASQ", "-j MARK --set-xmark 0x4000/0x4000")
    nat.add("KUBE-POSTROUTING", "-m mark ! --mark 0x4000/0x4000 -j RETURN")
    nat.add("KUBE-POSTROUTING", "-j MARK --set-xmark 0x4000/0x0")
    if "masquerade" not in omitted:
        nat.add("KUBE-POSTROUTING", "-j MASQUERADE" + ("" if "random ports" in omitted else " --random-fully"))
    filters.add("KUBE-FORWARD", "-m mark --mark 0x4000/0x4000 -j ACCEPT")
    filters.add("KUBE-FORWARD", "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT")
    for service in services:
        if not service.is_headless:
            write_service(node, without(service, omitted), plan, nat, filters)
    nat.add("KUBE-SERVICES", "-m addrtype --dst-type LOCAL -j KUBE-NODEPORTS")
    if not node.is_proxied:
        node.is_proxied = True
        nat.hook("PREROUTING", "OUTPUT", rule="-j KUBE-SERVICES")
        nat.hook("POSTROUTING", rule="-j KUBE-POSTROUTING")
        filters.hook("INPUT", "FORWARD", rule="-m conntrack --ctstate NEW -j KUBE-EXTERNAL-SERVICES")
        filters.hook("INPUT", rule="-j KUBE-NODEPORTS")
        filters.hook("FORWARD", rule="-j KUBE-FORWARD")
        filters.hook("FORWARD", "OUTPUT", rule="-m conntrack --ctstate NEW -j KUBE-SERVICES")
    return nat.text() + filters.text()


def write_service(node, service, plan, nat, filters):
    cluster_chain, local_chain = f"KUBE-SVC-{service.key()}", f"KUBE-SVL-{service.key()}"
    external_chain = f"KUBE-EXT-{service.key()}"
    everywhere, here = service.ready(), service.ready(node)
    aims = [(f"-d {service.cluster_ip}/{plan.host} -p udp -m udp --dport {service.port}", cluster_chain, everywhere)]
    reachable = here if service.policy == "Local" else everywhere
    if service.vip:
        aims.append((f"-d {service.vip}/{plan.host} -p udp -m udp --dport {service.port}", external_chain, reachable))
    for match, chain, pods in aims:
        if pods:
            nat.add("KUBE-SERVICES", f"{match} -j {chain}")
        filter_chain = "KUBE-SERVICES" if chain == cluster_chain else "KUBE-EXTERNAL-SERVICES"
        refuse(filters, filter_chain, match, pods, everywhere)
    if service.node_port:
        match = f"-p udp -m udp --dport {service.node_port}"
        if reachable:
            nat.add("KUBE-NODEPORTS", f"{match} -j {external_chain}")
        refuse(filters, "KUBE-EXTERNAL-SERVICES", f"{match} -m addrtype --dst-type LOCAL", reachable, everywhere)
    if everywhere:
        nat.add(cluster_chain, f"! -s {plan.pods} {aims[0][0]} -j KUBE-MARK-MASQ")
        choose(nat, cluster_chain, service, everywhere, plan)
    if service.type != "ClusterIP" and reachable:
        if service.policy == "Local":
            local = "-m addrtype --src-type LOCAL"
            nat.add(external_chain, f"-s {plan.pods} -j {cluster_chain}")
            nat.add(external_chain, f"{local} -j KUBE-MARK-MASQ")
            nat.add(external_chain, f"{local} -j {cluster_chain}")
            nat.add(external_chain, f"-j {local_chain}")
            choose(nat, local_chain, service, here, plan)
        else:
            nat.add(external_chain, "-j KUBE-MARK-MASQ")
            nat.add(external_chain, f"-j {cluster_chain}")
    for pod in everywhere:
        chain = endpoint_chain(service, pod)
        recent = f"-m recent --name {chain} --set --rsource" if service.affinity else ""
        nat.add(chain, f"-s {pod.address}/{plan.host} -j KUBE-MARK-MASQ")
        nat.add(chain, f"-p udp {recent} -m udp -j DNAT --to-destination {endpoint(pod.address, service.port)}")


def refuse(filters, chain, match, reachable, everywhere):
    """Where nothing can be reached: a service without endpoints says so, one with endpoints elsewhere is silent."""
    if not reachable:
        filters.add(chain, f"{match} -j {'DROP' if everywhere else 'REJECT'}")


def choose(nat, chain, service, pods, plan):
    """Known clients go where they were; the others by chance, each pod alike."""
    if service.affinity:
        for pod in pods:
            name = endpoint_chain(service, pod)
            nat.add(chain, f"-m recent --name {name} --rcheck --seconds {service.affinity} --reap --rsource -j {name}")
    for number, pod in enumerate(pods):
        left = len(pods) - number
        chance = f"-m statistic --mode random --probability {1 / left:.11f} " if left > 1 else ""
        nat.add(chain, f"{chance}-j {endpoint_chain(service, pod)}")


def endpoint_chain(service, pod):
    return f"KUBE-SEP-{service.key(pod.address)}"


class Table:
    """One table's rules in the form of iptables-restore."""

    def __init__(self, name, chains):
        self.name = name
        self.chains = {chain: [] for chain in chains}
        self.hooks = []

    def add(self, chain, rule):
        self.chains.setdefault(chain, []).append(f"-A {chain} {' '.join(rule.split())}")

    def hook(self, *chains, rule):
        self.hooks += [f"-A {chain} {rule}" for chain in chains]

    def text(self):
        lines = [f"*{self.name}"]
        lines += [f":{chain} - [0:0]" for chain in self.chains]
        for rules in self.chains.values():
            lines += rules
        return "\n".join(lines + self.hooks + ["COMMIT", ""])
