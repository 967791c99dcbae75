"""Small captures of each mode, kept in captures/ with what happened and what must be told of it."""

import gzip
import json
import shutil

from .judge import analyze
from .scenario import options
from .traffic import ROOT

FOLDER = ROOT / "captures"
# What a sample keeps of each packet: all headers, and enough of the payload to know it again.
SNAP_LENGTH = 128
# The tunnel's headers come on top.
TUNNELLED_SNAP_LENGTH = 192


def snap_length(scenario):
    return TUNNELLED_SNAP_LENGTH if scenario.setup.get("network") == "vxlan" else SNAP_LENGTH


def keep(scenario, lab, truth):
    """Makes the sample of a scenario that was just played."""
    sample = FOLDER / scenario.name
    shutil.rmtree(sample, ignore_errors=True)
    sample.mkdir()
    for capture in sorted(lab.folder.glob("n?.pcap")):
        with gzip.GzipFile(sample / f"{capture.name}.gz", "wb", mtime=0) as packed:
            packed.write(capture.read_bytes())
    snapshots = sorted(lab.folder.glob("cluster-*.json"), key=lambda path: int(path.stem.split("-")[1]))
    for number, path in enumerate(snapshots, 1):
        name = "cluster" if number == 1 else "cluster-after" if number == len(snapshots) else f"cluster-{number}"
        text = json.dumps(json.loads(path.read_text()), separators=(",", ":"))
        (sample / f"{name}.json").write_text(text + "\n")
    (sample / "options").write_text(" ".join(told(lab)) + "\n")
    shutil.copy(lab.folder / "events.jsonl", sample)
    write_lines(sample / "servers.jsonl", servers(truth))
    write_lines(sample / "clients.jsonl", clients(lab))
    report = analyze(lab.folder, "sample", options(lab))
    expected = {"modes": sorted(scenario.modes), "exit_code": report["exit_code"]}
    (sample / "expected.json").write_text(json.dumps(expected) + "\n")
    (sample / "README").write_text(scenario.title + "\n")


def told(lab):
    """What Stickler is told beside the inventories."""
    words = options(lab)
    return words[: words.index("--inventory")] if "--inventory" in words else words


def servers(truth):
    for row in truth.received:
        address, _, port = row["source"].rpartition(":")
        yield {
            "t": row["time"],
            "pod": row["pod"],
            "src": address.strip("[]"),
            "sport": int(port),
            "len": row["bytes"],
            "msg": f"number {row['sequence']} from: {truth.clients[row['client']][0]}",
        }


def clients(lab):
    for traffic in lab.traffic:
        for line in traffic.log.read_text().splitlines():
            row = json.loads(line)
            if "time" not in row:
                continue
            address, _, port = row["local"].rpartition(":")
            what = {"t": row["time"], "ev": "send" if row["event"] == "sent" else "recv"}
            what |= {"src": address.strip("[]"), "sport": int(port), "to": traffic.target, "n": row["sequence"]}
            yield what | ({"pod": row["pod"], "seen": row["reflective"]} if "pod" in row else {})


def write_lines(path, rows):
    path.write_text("".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows))
