#!/usr/bin/env python3
"""nfcapd.py MESSAGES FORMAT: what nfdump prints of IPFIX messages that nfcapd was sent over UDP.

MESSAGES is a file of messages, each with its length in its header; every one goes out as a datagram of its own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

messages, form = sys.argv[1:]
folder = tempfile.mkdtemp()


def waiting(port):
    """How many bytes wait at a port of loopback; None where nobody listens."""
    for line in open("/proc/net/udp").read().splitlines()[1:]:
        fields = line.split()
        if fields[1].endswith(":%04X" % port):
            return int(fields[4].split(":")[1], 16)
    return None


def until(condition):
    for _ in range(2000):
        if condition():
            return True
        time.sleep(0.005)
    return False


def start():
    """nfcapd and its port; another program may take a port that was free a moment ago."""
    for _ in range(5):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        collector = subprocess.Popen(
            ["nfcapd", "-l", folder, "-b", "127.0.0.1", "-p", str(port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        if until(lambda: collector.poll() is not None or waiting(port) is not None):
            if collector.poll() is None:
                return collector, port
    sys.exit("nfcapd does not start")


# The tests' threads block signals, and programs that they start inherit that.
signal.pthread_sigmask(signal.SIG_SETMASK, [])
collector, port = start()
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
    data = open(messages, "rb").read()
    while data:
        length = int.from_bytes(data[2:4], "big")
        sender.sendto(data[:length], ("127.0.0.1", port))
        data = data[length:]
        until(lambda: waiting(port) == 0)
collector.terminate()
try:
    collector.wait(timeout=20)
except subprocess.TimeoutExpired:
    collector.kill()
    sys.exit("nfcapd does not end")
subprocess.run(
    ["nfdump", "-q", "-R", folder, "-o", form],
    check=True, timeout=30, env=dict(os.environ, TZ="UTC"),
)
shutil.rmtree(folder)
