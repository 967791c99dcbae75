"""Connection tracking: what kube-proxy does to it, and what faults do."""


def family(plan):
    return ("-f", "ipv6" if plan.family == 6 else "ipv4")


def flush(space):
    space.run("conntrack", "-F", check=False)


def forget(node, service, addresses, plan):
    """What kube-proxy does when endpoints have gone: the service's flows to them are forgotten."""
    for address in addresses:
        aims = [("--orig-dst", front) for front in (service.cluster_ip, service.vip) if front]
        if service.node_port:
            aims.append(("--orig-port-dst", str(service.node_port)))
        for aim in aims:
            # `conntrack` fails where there was nothing to delete, which is as good.
            what = (*family(plan), "-p", "udp", *aim, "--reply-src", address)
            node.space.run("conntrack", "-D", *what, check=False)


def fill(space):
    """Makes up as many established flows as the table takes, so that no new one has room."""
    limit = int(space.run("sysctl", "-n", "net.netfilter.nf_conntrack_max"))
    lines = []
    for number in range(limit + 100):
        ports = 1 + number % 60_000
        source = f"100.64.{number // 60_000}.1"
        lines.append(
            f"-A -t 600 -u SEEN_REPLY,ASSURED -s {source} -d 100.127.0.1 -r 100.127.0.1 -q {source} "
            f"-p udp --sport {ports} --dport 9 --reply-port-src 9 --reply-port-dst {ports}\n"
        )
    # It ends with an error at the first that finds no room.
    space.run("conntrack", "-R", "-", stdin="".join(lines), check=False)
