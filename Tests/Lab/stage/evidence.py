"""The packets behind a finding: fetched from a collector, which asks the agents, and held against what tcpdump saw."""

import collections
import json
import shutil
import subprocess
import time
import urllib.request

from .kernel import LabError, run
from .pair import seconds
from .traffic import BIN

SERVED = "http://127.0.0.1:9470/api/v1"


class Evidence:
    """What a collector answered of the first finding that says from which pod to which a client moved."""

    def __init__(self, folder):
        for program in ("curl", "tshark"):
            if not shutil.which(program):
                raise LabError(f"{program} is missing: make set-up-test installs it")
        self.finding = self._wait()
        self.path = folder / "evidence.pcapng"
        head = folder / "evidence.head"
        url = f"{SERVED}/evidence/{self.finding['id']}.pcapng"
        run("curl", "-sS", "--fail-with-body", "--max-time", "20", "-D", str(head), "-o", str(self.path), url)
        self.said = next(line for line in head.read_text().splitlines() if line.lower().startswith("stickler-evidence:"))
        client = self.finding["client"]
        sessions = fetch(f"sessions?client={client}")["items"]
        # Its socket, and as what pods see it.
        self.own = {client} | {place["seen_source"] for one in sessions for place in one["placements"]}
        # What was seen after it was asked for is not in it.
        self.end = seconds(self.finding["at"]) + 0.5

    @staticmethod
    def _wait():
        end = time.monotonic() + 15
        while time.monotonic() < end:
            for finding in fetch("findings")["items"]:
                if "backend" in finding["changed"]:
                    return finding
            time.sleep(0.2)
        raise LabError("the collector tells of no move whose packets could be asked for")

    def problems(self, folder):
        """What is wrong with it, once the captures have ended."""
        told = packets([self.path])
        truth = packets(sorted(folder.glob("n?.pcap")))
        problems = [f"evidence: {one} is none of the client's" for one in told if not self._is_own(one)][:1]
        wanted = collections.Counter(one for one in truth.elements() if self._is_own(one) and one[0] <= self.end)
        given = collections.Counter(one for one in told.elements() if one[0] <= self.end)
        if not wanted or given != wanted:
            odd = next(iter((given - wanted) or (wanted - given)), None)
            problems.append(f"evidence: {given.total()} packets, tcpdump saw {wanted.total()}: {odd}; {self.said}")
        return problems + self._analyze()

    def _is_own(self, packet):
        return packet[1] in self.own or packet[2] in self.own

    def _analyze(self):
        """By itself it tells of the same move, and of nobody else."""
        words = [str(BIN / "stickler"), "analyze", str(self.path), "--format", "json"]
        done = subprocess.run(words, capture_output=True, text=True)
        if done.returncode not in (0, 1, 2):
            return [f"evidence: analyze: {done.stderr.strip()[-200:]}"]
        sessions = json.loads(done.stdout)["sessions"]
        clients = {one["client"] for one in sessions}
        pods = [place["backend"] for one in sessions for place in one["placements"]]
        problems = []
        if clients != {self.finding["client"]}:
            problems.append(f"evidence: analyze tells of {sorted(clients)}")
        for part in ("was", "now"):
            if self.finding[part]["backend"] not in pods:
                problems.append(f"evidence: analyze tells of {pods}, not of {self.finding[part]['backend']}")
        return problems


def packets(paths):
    """The innermost datagrams of captures, as tshark tells them: when, from whom and to whom."""
    fields = ["frame.time_epoch", "ip.src", "udp.srcport", "ip.dst", "udp.dstport"]
    words = ["-E", "occurrence=l", "-T", "fields", *(word for field in fields for word in ("-e", field))]
    found = collections.Counter()
    for path in paths:
        said = run("tshark", "-r", str(path), "-d", "udp.port==8472,vxlan", "-Y", "udp and not icmp", *words)
        for line in said.splitlines():
            moment, source, source_port, destination, destination_port = line.split("\t")
            # As exactly as every capture tells it.
            found[(float(moment[: moment.index(".") + 7]), f"{source}:{source_port}", f"{destination}:{destination_port}")] += 1
    return found


def fetch(path):
    with urllib.request.urlopen(f"{SERVED}/{path}", timeout=10) as answer:
        return json.load(answer)
