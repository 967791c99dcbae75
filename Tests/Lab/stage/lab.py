"""What scenarios play with: a cluster with its proxies, its balancer, its servers, and the faults they can have."""

import dataclasses
import json
import os
import pathlib
import time

from . import conntrack, iptables, nftables, stateless
from .balancer import Balancer
from .cluster import Cluster
from .evidence import Evidence
from .faults import Faults
from .inventory import snapshot
from .kernel import LabError
from .pair import Agent, Collector
from .service import Endpoint, Service
from .traffic import Capture, Race, Server, Traffic, Watch

WRITERS = {"iptables": iptables.write, "nftables": nftables.write, "stateless": stateless.write}
PORTS = (20001, 20002, 20003)


@dataclasses.dataclass
class Life:
    """When a pod was made and told to go."""

    made: float
    ending: float | None = None
    grace: int = 30


class Lab(Faults):
    """A lab of one scenario; whatever it starts ends with it."""

    def __init__(
        self,
        folder,
        proxy="iptables",
        family=4,
        network="routed",
        bridged=True,
        clients=12,
        policy="Cluster",
        choice="modulo",
        snap_length=2048,
        **settings,
    ):
        self.folder = pathlib.Path(folder)
        self.proxy = proxy
        self.policy = policy
        # How a stateless proxy chooses: by `datagram`, `modulo` or `consistent` hashing of flows.
        self.choice = choice
        self.cluster = Cluster(family, network, bridged, clients)
        self.plan = self.cluster.plan
        self.n1, self.n2, self.n3 = self.nodes = self.cluster.nodes
        self.router = self.cluster.router
        self.balancer = Balancer(self.router, self.plan, self.nodes)
        # What a variant of a scenario is told beyond that.
        self.settings = settings
        self.services = []
        self.traffic = []
        self.events = []
        # The conntrack timeouts that were set, as `--timeouts` wants to know them.
        self.timeouts = {}
        # What proxies may leave out: `affinity`, `random ports`, `masquerade`.
        self.omitted = set()
        # Whether pods see what left the clients' side: then their seen source says who a client is.
        self.has_client_nat = False
        self.announcing = None
        # Backends whose servers were silenced: what reaches them afterwards is in no log.
        self.deaf = set()
        self._lives = {}
        self._servers = {}
        self._captures = []
        # Where agents watch too: who they tell, and what it said at its end.
        self.collector = None
        self.collected = None
        # What was fetched of a finding's packets.
        self.evidence = None
        self._snapshots = 0
        self._snap_length = snap_length

    # Setting up

    def pods(self, **places):
        """Makes pods: `pods(s1=lab.n1, s2=lab.n2)`. Without it there are s1 to s4, two of them on n3."""
        return [self.pod(name, node) for name, node in places.items()]

    def pod(self, name, node, address=None, on_host=False, serves=True):
        pod = self.cluster.add_pod(name, node, address, on_host)
        self._lives[name] = Life(made=time.time() - (600 if not self._captures else 0))
        if serves:
            self._servers[name] = Server(pod, PORTS, self.folder)
        return pod

    def serve(self, name="udp-server", pods=None, synced=True, **settings):
        """Makes a service and has the proxies write it: the type's fronts, and all pods behind them unless told."""
        if not self.cluster.pods:
            self.pods(s1=self.n1, s2=self.n2, s3=self.n3, s4=self.n3)
        place = len(self.services)
        service = Service(name, **{"port": PORTS[place], "policy": self.policy, **settings})
        service.cluster_ip = self.plan.cluster_ip(10 + place) if service.type != "Headless" else ""
        if service.type in ("NodePort", "LoadBalancer"):
            service.node_port = service.node_port or 31001 + place
        if service.type == "LoadBalancer":
            service.vip = self.plan.vip
        if service.type == "Headless":
            service.type = "ClusterIP"
        service.endpoints = [Endpoint(pod) for pod in (self.cluster.pods.values() if pods is None else pods)]
        self.services.append(service)
        if synced:
            self.sync()
        return service

    def sync(self, *nodes):
        """Has the proxies make the services' present state true."""
        manner = self.choice if self.proxy == "stateless" else self.omitted
        for node in nodes or self.nodes:
            WRITERS[self.proxy](node, self.services, self.plan, manner)

    def set_timeouts(self, unreplied, stream):
        """Lowers how long the nodes' conntrack remembers a silent flow."""
        self.timeouts = {"udp": unreplied, "stream": stream}
        for node in self.nodes:
            node.space.sysctl(
                netfilter__nf_conntrack_udp_timeout=unreplied, netfilter__nf_conntrack_udp_timeout_stream=stream
            )

    @property
    def options(self):
        """What somebody who knows the nodes would tell Stickler of them."""
        words = ["--proxy-mode", "ebpf" if self.proxy == "stateless" else self.proxy]
        if self.timeouts:
            words += ["--timeouts", ",".join(f"{name}={seconds}" for name, seconds in self.timeouts.items())]
        return words

    # Traffic

    def capture(self):
        """Starts a capture at every node, and writes down what the cluster looks like."""
        if self._captures:
            return
        self._captures = [self._capture_of(node) for node in self.nodes]
        for capture in self._captures:
            capture.wait_until_listening()
        self.snapshot()

    def agent(self, node):
        return self._captures[self.nodes.index(node)]

    def fetch_evidence(self):
        """Asks the collector for the packets of a client that moved."""
        self.evidence = Evidence(self.folder)

    @property
    def is_watched_whole(self):
        """Whether agents saw all that tcpdump did, and a collector judged it."""
        return self.collected and all(agent.is_whole for agent in self._captures)

    def _capture_of(self, node):
        if os.environ.get("LAB_PAIR"):
            self.collector = self.collector or Collector(self.folder, self.options, self.snapshot())
            return Agent(node, self.folder, self._snap_length, self.collector)
        capture = Watch if os.environ.get("LAB_LIVE") else Capture
        return capture(node, self.folder, self._snap_length)

    def ask(self, clients=12, to=None, every=0.2, seconds=6, addresses=None, port=None, within=None, **more):
        """Has clients ask a service, at its balancer's address unless told another (address, port).

        Three addresses share the clients unless told how many or which; `within` is a pod or a node to ask from.
        """
        self.capture()
        service = self.services[0]
        address, number = to or (service.vip, service.port)
        options = ["--clients", str(clients), "--interval", f"{every * 1000:.0f}ms", "--timeout", "1s"]
        if within is None:
            if addresses is None:
                addresses = min(clients, 3)
            if isinstance(addresses, int):
                addresses = range(1, addresses + 1)
            options += ["--from", ",".join(self.plan.client(n) for n in addresses)]
        options += ["--from-port", str(port or 40000 + 1000 * len(self.traffic))]
        if "requests" not in more and "at" not in more:
            options += ["--duration", f"{seconds * 1000:.0f}ms"]
        else:
            options += ["--duration", "0"]
        for name, value in more.items():
            options += [f"--{name}"] if value is True else [f"--{name}", str(value)]
        space = self.cluster.clients if within is None else within.space
        traffic = Traffic(space, self.folder, address, number, options)
        self.traffic.append(traffic)
        return traffic

    @staticmethod
    def wait(seconds):
        time.sleep(seconds)

    def race(self, flows):
        """Has both first datagrams of so many flows leave two processors at once."""
        self.capture()
        service = self.services[0]
        self.traffic.append(Race(self.cluster.clients, self.folder, self.plan.client(1), service, flows))

    # Changes of the cluster

    def note(self, event):
        self.events.append({"t": time.time(), "event": event})

    def change(self, event, apply, cleans=True, lag=0):
        """Changes the cluster, with an inventory from before and after, and lets the proxies follow.

        One after the other, each so many seconds later than the one before.
        """
        self.snapshot()
        self.note(event)
        before = {s.name: {e.pod.address for e in s.endpoints if e.ready} for s in self.services}
        apply()
        self.snapshot()
        for node in self.nodes:
            self.sync(node)
            for service in self.services if cleans else ():
                gone = before[service.name] - {pod.address for pod in service.ready()}
                conntrack.forget(node, service, gone, self.plan)
            self.wait(lag)

    def delete(self, pod, cleans=True, lag=0):
        """A pod is deleted in good order: the proxies follow, those that clean forget its flows, then it ends."""
        def apply():
            for service in self.services:
                service.endpoints = [entry for entry in service.endpoints if entry.pod is not pod]

        self.change(f"delete pod {pod.name}", apply, cleans, lag)
        self.kill(pod)
        self.cluster.remove_pod(pod)
        self.snapshot()

    def terminate(self, pod, grace=30):
        """A pod is told to go and has its grace period: it is an endpoint still, but ready no more."""
        def apply():
            self._lives[pod.name].ending, self._lives[pod.name].grace = time.time(), grace
            for service in self.services:
                for entry in service.endpoints:
                    if entry.pod is pod:
                        entry.ready, entry.terminating = False, True

        self.change(f"pod {pod.name} is told to go", apply, cleans=False)

    def unready(self, pod, cleans=True):
        def apply():
            for service in self.services:
                for entry in service.endpoints:
                    if entry.pod is pod:
                        entry.ready = False

        self.change(f"pod {pod.name} fails its readiness probe", apply, cleans)

    def join(self, service, *pods, cleans=True):
        """Pods become endpoints of a service."""
        self.change(
            f"{' '.join(pod.name for pod in pods)} join {service.name}",
            lambda: service.endpoints.extend(Endpoint(pod) for pod in pods),
            cleans,
        )

    def busiest(self):
        """The pod that most datagrams have reached so far: whatever befalls it, somebody will notice."""
        return max(self.cluster.pods.values(), key=lambda pod: self._servers[pod.name].log.stat().st_size)

    def kill(self, pod):
        """The pod's server dies; the pod goes on, and is ready."""
        self.note(f"server {pod.name} stops")
        self.deaf.add(pod.address)
        self._servers[pod.name].stop()

    def freeze(self, pod):
        self.deaf.add(pod.address)
        self._servers[pod.name].freeze()

    def leave(self, service, pod):
        """A pod leaves a service's endpoints, in good order."""
        def apply():
            service.endpoints = [entry for entry in service.endpoints if entry.pod is not pod]

        self.change(f"{pod.name} leaves {service.name}", apply)

    def replace(self, gone, name, port):
        """Another workload gets the address of a pod that is gone, and serves a port of its own there."""
        def apply():
            pod = self.pod(name, gone.node, address=gone.address, serves=False)
            self._servers[name] = Server(pod, [port], self.folder)

        self.change(f"pod {name} gets the address of {gone.name}", apply, cleans=False)

    # The end

    def snapshot(self):
        self._snapshots += 1
        text = json.dumps(snapshot(self.cluster, self.services, self._lives, time.time()), indent=1)
        path = self.folder / f"cluster-{self._snapshots}.json"
        path.write_text(text + "\n")
        if self.collector:
            self.collector.tell(path)
        return path

    def finish(self):
        """Lets the traffic end, and stops everything in the order in which nothing is lost."""
        for traffic in self.traffic:
            traffic.wait()
        time.sleep(0.1)
        if self.traffic:
            self.snapshot()
        for capture in self._captures:
            capture.stop()
        if self.collector:
            self.collected = self.collector.stop()
        for server in self._servers.values():
            server.stop()
        (self.folder / "events.jsonl").write_text("".join(json.dumps(event) + "\n" for event in self.events))
        if not self.traffic:
            raise LabError("the scenario asked nothing")
