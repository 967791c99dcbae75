"""race.py SOURCE ADDRESS PORT FLOWS LOG: begins flows with two datagrams that leave two processors at once.

Speaks stickler-client's STUN, and tells what it did as that does.
"""

import json
import mmap
import os
import random
import select
import socket
import struct
import sys
import time


def request(client, sequence):
    attributes = struct.pack("!HHQHHQ", 0xC501, 8, client, 0xC502, 8, sequence)
    return struct.pack("!HHIIII", 1, len(attributes), 0x2112A442, client, sequence, 0x5354_4B4C) + attributes


def main():
    source, address, port, flows, log = sys.argv[1:]
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    target = (address, int(port))
    sockets = []
    for _ in range(int(flows)):
        sockets.append(socket.socket(family, socket.SOCK_DGRAM))
        sockets[-1].bind((source, 0))
    ids = random.sample(range(1_000_000_000, 2_147_483_647), len(sockets))
    shared = mmap.mmap(-1, 16)
    ready = memoryview(shared).cast("Q")
    processors = sorted(os.sched_getaffinity(0))
    children = []
    for turn in (0, 1):
        child = os.fork()
        if child == 0:
            os.sched_setaffinity(0, {processors[turn % len(processors)]})
            for number, (id, flow) in enumerate(zip(ids, sockets), 1):
                datagram = request(id, turn + 1)
                ready[turn] = number
                while ready[1 - turn] < number:
                    pass
                flow.sendto(datagram, target)
                # Where there is one processor for both, the other needs it.
                if number % 16 == 0:
                    time.sleep(0.001)
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    for sequence in (3, 4, 5):
        time.sleep(0.2)
        for id, flow in zip(ids, sockets):
            flow.sendto(request(id, sequence), target)
            if sequence == 3:
                time.sleep(0.0002)
    time.sleep(0.2)
    report(target, ids, sockets, log)


def report(target, ids, sockets, log):
    clients = []
    with open(log, "w") as lines:
        for id, flow in zip(ids, sockets):
            answers = set()
            while select.select([flow], [], [], 0)[0]:
                answer = flow.recv(2048)
                answers.add(struct.unpack("!I", answer[12:16])[0])
            local = endpoint(*flow.getsockname()[:2])
            clients.append({"id": id, "local": local, "sent": 5, "answered": len(answers)})
            lines.write(json.dumps({"event": "sent", "client": id, "local": local}) + "\n")
    json.dump({"target": endpoint(*target), "clients": clients}, sys.stdout)


def endpoint(address, port):
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


main()
