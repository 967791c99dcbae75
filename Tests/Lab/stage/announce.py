"""announce.py INTERFACE ADDRESS: sends a gratuitous ARP for an IPv4 address."""

import socket
import struct
import sys

interface, address = sys.argv[1:]
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
    wire.bind((interface, 0))
    own = wire.getsockname()[4]
    everyone = b"\xff" * 6
    packed = socket.inet_aton(address)
    # Ethernet, then ARP: Ethernet and IPv4, a request in which both addresses are the one that is announced.
    frame = everyone + own + struct.pack("!HHHBBH", 0x0806, 1, 0x0800, 6, 4, 1) + own + packed + everyone + packed
    wire.send(frame)
