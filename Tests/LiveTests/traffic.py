#!/usr/bin/env python3
"""Sends numbered datagrams through one interface: traffic.py INTERFACE ADDRESS PORT COUNT GAP [FIRST [LENGTH]]."""

import socket
import sys
import time

interface, address, port, count, gap = sys.argv[1:6]
first = int(sys.argv[6]) if len(sys.argv) > 6 else 0
length = int(sys.argv[7]) if len(sys.argv) > 7 else 8
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
for number in range(first, first + int(count)):
    sender.sendto(b"%08d" % number + bytes(length - 8), (address, int(port)))
    # The number is told once the datagram is with the kernel.
    print(number, flush=True)
    time.sleep(float(gap))
