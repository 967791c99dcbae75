"""announce.py INTERFACE ADDRESS: says on the local network who has an address now.

A gratuitous ARP for an IPv4 address, an unsolicited neighbour advertisement to all nodes for an IPv6 one.
"""

import ipaddress
import socket
import struct
import sys

EVERYONE = b"\xff" * 6


def main():
    interface, text = sys.argv[1:]
    address = ipaddress.ip_address(text)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
        wire.bind((interface, 0))
        own = wire.getsockname()[4]
        wire.send(gratuitous_arp(own, address.packed) if address.version == 4 else advertisement(own, address.packed))


def gratuitous_arp(own, address):
    """Ethernet, then ARP: Ethernet and IPv4, a request in which both addresses are the one that is announced."""
    header = struct.pack("!HHHBBH", 0x0806, 1, 0x0800, 6, 4, 1)
    return EVERYONE + own + header + own + address + EVERYONE + address


def advertisement(own, address):
    """Ethernet, IPv6, ICMPv6: a neighbour advertisement that nobody asked for and that overrides what is known."""
    everyone = ipaddress.ip_address("ff02::1").packed
    body = struct.pack("!BBHI", 136, 0, 0, 0x2000_0000) + address + b"\x02\x01" + own
    pseudo = address + everyone + struct.pack("!II", len(body), 58)
    body = body[:2] + struct.pack("!H", checksum(pseudo + body)) + body[4:]
    packet = struct.pack("!IHBB", 0x6000_0000, len(body), 58, 255) + address + everyone + body
    return b"\x33\x33\x00\x00\x00\x01" + own + struct.pack("!H", 0x86DD) + packet


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


main()
