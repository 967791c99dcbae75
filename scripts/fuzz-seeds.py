#!/usr/bin/env python3
"""fuzz-seeds.py TARGET FOLDER: fills an empty corpus from Sources/TARGET/Seeds and from captures/.

A fuzzer whose name says Packet gets single records' bytes; others get whole, small files: savefiles cut to their first
records, or the JSON of the clusters; one for IPFIX has enough of its own. Small seeds are what libFuzzer mutates well."""

import pathlib
import shutil
import struct
import sys

RECORDS = 12


def records(data):
    """The file header and the records of a little-endian pcap."""
    rest, found = 24, []
    while rest + 16 <= len(data):
        length = struct.unpack_from("<I", data, rest + 8)[0]
        found.append(data[rest : rest + 16 + length])
        rest += 16 + length
    return data[:24], found


def main():
    target, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    own = pathlib.Path("Sources") / target / "Seeds"
    if own.is_dir():
        for seed in own.iterdir():
            shutil.copy(seed, folder)
    if any(word in target for word in ("Inventory", "JSON")):
        for seed in pathlib.Path("captures").glob("*/cluster.json"):
            shutil.copy(seed, folder / f"{seed.parent.name}.json")
    elif not any(word in target for word in ("IPFIX", "Kubeconfig")):
        for capture in sorted(pathlib.Path("captures").glob("*/*.pcap")):
            header, found = records(capture.read_bytes())
            name = f"{capture.parent.name}-{capture.stem}"
            if "Packet" in target:
                for number, record in enumerate(found[:RECORDS]):
                    (folder / f"{name}-{number}").write_bytes(record[16:])
            else:
                (folder / name).write_bytes(header + b"".join(found[:RECORDS]))


if __name__ == "__main__":
    main()
