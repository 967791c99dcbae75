"""The project's own server and client in the lab, and tcpdump beside them."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time

from .addresses import endpoint
from .kernel import LabError

ROOT = pathlib.Path(__file__).resolve().parents[3]
# Where the programs are that are to be tried.
BIN = ROOT / os.environ.get("LAB_PROGRAMS", ".build/release")


def wait_for(path, word, process, what, seconds=10):
    """Waits until a file holds a word."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if word in path.read_text(errors="replace"):
            return
        if process.poll() is not None:
            break
        time.sleep(0.01)
    raise LabError(f"{what} did not start: {path.read_text(errors='replace').strip()[-300:]}")


class Server:
    """stickler-echo in a pod: it logs every datagram that reached it, which is the truth."""

    def __init__(self, pod, ports, folder):
        self.pod = pod
        self.log = folder / f"server-{pod.name}.jsonl"
        words = [word for port in ports for word in ("--udp", f"{port}=stun")]
        bind = ["--bind", "::" if ":" in pod.address else "0.0.0.0"]
        with open(self.log, "a") as log:
            self.process = pod.space.start(
                str(BIN / "stickler-echo"), *words, *bind, "--pod-name", pod.name, "--node-name", pod.node.name,
                "--log", "json", "--log-datagrams", stdout=log, stderr=subprocess.STDOUT,
            )
        wait_for(self.log, '"listening"', self.process, f"the server of {pod.name}")

    def stop(self):
        stop(self.process, signal.SIGTERM)

    def freeze(self):
        """Lets the server do nothing, while its socket goes on to take what comes."""
        self.process.send_signal(signal.SIGSTOP)


class Traffic:
    """A stickler-client at work."""

    count = 0

    def __init__(self, space, folder, address, port, options):
        Traffic.count += 1
        self.target = endpoint(address, port)
        self.result_file = folder / f"client-{Traffic.count}.json"
        self.log = folder / f"client-{Traffic.count}.jsonl"
        with open(self.result_file, "w") as result, open(folder / "client-errors.txt", "a") as errors:
            self.process = space.start(
                str(BIN / "stickler-client"), "affinity", self.target, "--format", "json", "--color", "never",
                "--log", str(self.log), *options, stdout=result, stderr=errors,
            )

    def wait(self, seconds=90):
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise LabError(f"the client of {self.target} did not end") from None
        if status == 3:
            said = (self.log.parent / "client-errors.txt").read_text().strip()
            raise LabError(f"the client of {self.target}: {said[-300:]}")

    def stop(self):
        """Ends it before its time, and lets it tell what it saw."""
        self.process.send_signal(signal.SIGINT)
        self.wait()

    @property
    def result(self):
        return json.loads(self.result_file.read_text())


class Race(Traffic):
    """A client whose flows begin with two datagrams that leave two processors at once."""

    def __init__(self, space, folder, source, service, flows):
        Traffic.count += 1
        self.target = endpoint(service.vip, service.port)
        self.result_file = folder / f"client-{Traffic.count}.json"
        self.log = folder / f"client-{Traffic.count}.jsonl"
        script = pathlib.Path(__file__).with_name("race.py")
        words = [source, service.vip, str(service.port), str(flows), str(self.log)]
        with open(self.result_file, "w") as result, open(folder / "client-errors.txt", "a") as errors:
            self.process = space.start(sys.executable, str(script), *words, stdout=result, stderr=errors)


class Capture:
    """tcpdump on every interface of a node."""

    def __init__(self, node, folder, snap_length):
        self.file = folder / f"{node.name}.pcap"
        self._said = folder / f"{node.name}.tcpdump"
        with open(self._said, "w") as said:
            self.process = node.space.start(
                "tcpdump", "-i", "any", "-n", "-U", "--immediate-mode", "-B", "16384", "-Z", "root",
                "-s", str(snap_length), "--time-stamp-precision=nano", "-w", str(self.file),
                "udp or icmp or icmp6 or arp", stderr=said,
            )

    def wait_until_listening(self):
        wait_for(self._said, "listening on", self.process, "tcpdump")

    def stop(self):
        stop(self.process, signal.SIGINT)
        dropped = [line for line in self._said.read_text().splitlines() if "dropped by kernel" in line]
        if dropped and not dropped[0].startswith("0 "):
            raise LabError(f"{self.file.name}: {dropped[0]}")


class Watch:
    """`stickler watch` on every interface of a node, instead of tcpdump: what it keeps is then judged.

    What it said at its end must be what `analyze` says of the packets that it kept, to the last byte.
    """

    def __init__(self, node, folder, snap_length):
        self._ring = folder / f"{node.name}.ring"
        self._said = folder / f"{node.name}.watch"
        self._report = folder / f"watch-{node.name}.json"
        self._again = folder / f"again-{node.name}.json"
        with open(self._said, "w") as said:
            self.process = node.space.start(
                str(BIN / "stickler"), "watch", "--lines", "--no-node-facts", "-s", str(snap_length), "--node", node.name,
                "-w", str(self._ring), "--ring", "64MiBx100", "--format", "json", "-o", str(self._report),
                stderr=said, stdout=said,
            )

    def wait_until_listening(self):
        wait_for(self._said, "watching", self.process, "stickler watch")

    def stop(self):
        stop(self.process, signal.SIGINT)
        said = self._said.read_text()
        if " 0 dropped" not in said:
            raise LabError(f"{self._said.name}: {said.strip()[-200:]}")
        words = [str(BIN / "stickler"), "analyze", str(self._ring), "--format", "json", "-o", str(self._again)]
        subprocess.run(words, stderr=subprocess.DEVNULL)
        if self._report.read_bytes() != self._again.read_bytes():
            raise LabError(f"{self._report.name} and {self._again.name} differ: watch and analyze disagree")


def stop(process, how):
    if process.poll() is None:
        process.send_signal(signal.SIGCONT)
        process.send_signal(how)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
