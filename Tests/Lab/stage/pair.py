"""An agent at every node and one collector, beside the captures: what they say must be what `analyze` says."""

import collections
import datetime
import json
import os
import shutil
import signal
import struct
import subprocess
import threading
import time

from .kernel import LabError
from .judge import analyze
from .traffic import BIN, Capture, stop, wait_for

PORT = 4739
# An incident is told of within so many seconds of the first datagram that shows it.
PROMPT = 3


class Collector:
    """`stickler collect`, outside of every node; it is told what `analyze` is told, and the inventory as it changes."""

    def __init__(self, folder, options, snapshot):
        self._inventory = folder / "inventory"
        self._inventory.mkdir()
        self.tell(snapshot)
        self._said = folder / "collector.said"
        self._events = folder / "collector.jsonl"
        self._report = folder / "collector.json"
        self._words = [
            str(BIN / "stickler"), "collect", "--insecure", "--listen", f"127.0.0.1:{PORT}", "--json-lines",
            "--db", str(folder / "collector.db"), "--format", "json", "--report", str(self._report),
            *options, "--inventory", str(self._inventory),
        ]
        # A node's network does not reach it; a path of the file system does.
        self.door = folder / "collector.sock"
        # The incidents, as they were first told of, and when.
        self.told = {}
        self.start()
        self.connect()

    def tell(self, snapshot):
        """Gives it a snapshot of the cluster, whole or not at all."""
        new = self._inventory / (snapshot.name + ".new")
        shutil.copy(snapshot, new)
        new.rename(self._inventory / snapshot.name)
        self._last_snapshot = snapshot.name

    def forget_inventories(self):
        """Leaves only the last of its snapshots there."""
        for path in self._inventory.iterdir():
            if path.name != self._last_snapshot:
                path.unlink()

    def start(self):
        """Starts it, or starts it again with what it had when it was killed."""
        with open(self._said, "w") as said:
            self._process = subprocess.Popen(
                self._words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, text=True
            )
        self._listener = threading.Thread(target=self._listen, args=(self._process.stdout,), daemon=True)
        self._listener.start()
        wait_for(self._said, "collecting", self._process, "the collector")

    def connect(self):
        """Lets agents reach it."""
        self.door.unlink(missing_ok=True)
        words = ["socat", f"UNIX-LISTEN:{self.door},fork", f"TCP:127.0.0.1:{PORT}"]
        # In a group of its own, since it is one process for every connection.
        self._way = subprocess.Popen(words, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, process_group=0)

    def cut(self):
        """Takes the network between it and the agents away."""
        os.killpg(self._way.pid, signal.SIGKILL)
        self._way.wait()

    def kill(self):
        self._process.kill()
        self._process.wait()
        self._listener.join()

    def stop(self):
        """Ends it, when all agents have and it knows the last snapshot, and gives its report."""
        wait_for(self._said, f"{self._last_snapshot} has changed", self._process, "the last inventory")
        # What it tells only because it ends would be told at once.
        time.sleep(PROMPT)
        self._process.send_signal(signal.SIGTERM)
        try:
            status = self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise LabError("the collector did not end") from None
        self._listener.join()
        self.cut()
        if status not in (0, 1, 2):
            raise LabError(f"stickler collect: status {status}: {self._said.read_text().strip()[-400:]}")
        report = json.loads(self._report.read_text())
        if report["exit_code"] != status:
            raise LabError(f"stickler collect: status {status}, but its report says {report['exit_code']}")
        return report

    def _listen(self, lines):
        with open(self._events, "a") as file:
            for line in lines:
                now = time.time()
                file.write(line)
                event = json.loads(line)
                if event.get("event") == "incident":
                    incident = event["incident"]
                    self.told.setdefault((incident["id"], incident["mode"]), (now, incident))


class Agent(Capture):
    """`stickler-agent` at a node, and tcpdump."""

    def __init__(self, node, folder, snap_length, collector):
        super().__init__(node, folder, snap_length)
        self._log = folder / f"{node.name}.agent"
        # All agents have one, so that marks of connections are comparable.
        key = folder / "marks.key"
        if not key.exists():
            key.write_text("the lab's agents share this\n")
        self._way = node.space.start(
            "socat", f"TCP-LISTEN:{PORT},bind=127.0.0.1,fork,reuseaddr", f"UNIX-CONNECT:{collector.door}"
        )
        self._space = node.space
        self._words = [
            str(BIN / "stickler-agent"), "--node", node.name, "--no-node-facts", "--collector", f"127.0.0.1:{PORT}",
            "-s", str(snap_length), "--spool", str(folder / f"{node.name}.spool"), "--key-file", str(key), "--no-http",
            "--evidence-ring", "4MB",
        ]
        # Whether it saw all that tcpdump did.
        self.is_whole = True
        self.start()

    def start(self):
        with open(self._log, "w") as said:
            self._agent = self._space.start(*self._words, stdout=said, stderr=said)

    def kill(self):
        self.is_whole = False
        self._agent.kill()
        self._agent.wait()

    def wait_until_listening(self):
        super().wait_until_listening()
        wait_for(self._log, "watching", self._agent, "stickler-agent")

    def stop(self):
        stop(self._agent, signal.SIGTERM)
        super().stop()
        stop(self._way, signal.SIGTERM)
        said = self._log.read_text()
        if " 0 dropped" not in said:
            raise LabError(f"{self._log.name}: {said.strip()[-200:]}")


def differences(collected, analyzed):
    """Where a collector's report and one of the captures differ in what they say of the same packets."""
    live, offline = comparable(collected), comparable(analyzed)
    problems = []
    for part in offline:
        if live[part] != offline[part]:
            pairs = zip(lines(live[part]), lines(offline[part]))
            odd = next((pair for pair in pairs if pair[0] != pair[1]), (live[part], offline[part]))
            problems.append(f"{part}: the collector says {str(odd[0])[:300]}, analyze {str(odd[1])[:300]}")
    return problems


def inventions(collected, analyzed):
    """What a collector says of packets that its agents saw in part, and nobody who saw them all does."""
    known = collections.Counter()
    for places, count in served(analyzed):
        known[places] += count
    for places, count in served(collected):
        known[places] -= count
    odd = [" ".join(places) for places, left in known.items() if left < 0]
    return [f"{odd[0]}: the collector tells of more datagrams than there were"] if odd else []


def served(report):
    for one in report["sessions"]:
        for place in one["placements"]:
            yield (one["client"], one["front"], place["backend"], place["seen_source"]), place["datagrams"]


def delays(lab, options):
    """For each incident by its mode: how many seconds after the first datagram that shows it it was told of.

    A datagram shows an incident if `analyze` tells of it from all that was captured up to then, and of the cluster known.
    None where no datagram has shown it by then.
    """
    found = []
    for moment, incident in lab.collector.told.values():
        begin = seconds(incident["from"])
        shown = begin
        # Most are told soon enough however little they began with.
        if moment - begin > PROMPT:
            shown = moment
            if not is_shown(lab.folder, options, incident, shown):
                found.append((incident["mode"], None))
                continue
            while shown > begin and is_shown(lab.folder, options, incident, shown - 0.1):
                shown -= 0.1
        found.append((incident["mode"], moment - shown))
    return sorted(found, key=lambda one: (one[0] or "", one[1] or 0))


def is_shown(folder, options, incident, moment):
    """Whether what was captured up to a moment, and known of the cluster, is enough to tell of an incident."""
    early = folder / "early"
    early.mkdir(exist_ok=True)
    captures = [path for path in sorted(folder.glob("n?.pcap")) if cut(path, early / path.name, moment)]
    if not captures:
        return False
    report = analyze(folder, "early", options(until=moment), [early / path.name for path in captures])
    return any((one["id"], one["mode"]) == (incident["id"], incident["mode"]) for one in report["incidents"])


def cut(source, target, moment):
    """Writes the frames of a capture of tcpdump's up to a moment; whether there are any."""
    data = source.read_bytes()
    place = 24
    while place < len(data):
        whole, part, length = struct.unpack_from("<III", data, place)
        if whole + part / 1e9 > moment:
            break
        place += 16 + length
    target.write_bytes(data[:place])
    return place > 24


def comparable(report):
    """A report without what only files have, what tcpdump does not say, and ARP from before and after the traffic."""
    for one in [*report["findings"], *report["contradictions"]]:
        one["evidence"] = []
    for node in report["capture"]["nodes"]:
        node["files"], node["dropped"], node["packets"] = [], None, None
    report["blind_spots"] = [spot for spot in report["blind_spots"] if spot["kind"] != "interface-drops"]
    return report


def lines(part):
    return part if isinstance(part, list) else [part]


def seconds(text):
    moment = datetime.datetime.fromisoformat(text[:26]).replace(tzinfo=datetime.timezone.utc)
    return moment.timestamp()
