#!/usr/bin/env python3
"""Measures stickler against tcpdump, libpcap's empty loop and tshark, side by side on the same files.

The captures are made by the workbench, from a seed, and kept in bench-data/. The rounds alternate, so that whatever
else the machine does falls on all alike; what is reported is the median and its ratio to the others, since an absolute
time says more about the machine than about the program."""

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = ROOT / "bench-data"
PROGRAMS = ROOT / ".build" / "release"
KINDS = {
    "legs20k": "20 k legs",
    "legs1700k": "1.7 M legs",
    "any": "three vantages a datagram",
    "vxlan": "inside VXLAN",
}
# Those that ours are compared with; tshark runs once, on the first kind alone, since it takes half a minute.
RIVALS = ["tcpdump", "pcap loop", "tshark"]


def fail(message):
    print(f"bench: {message}", file=sys.stderr)
    sys.exit(3)


def status(text):
    """What is being done, on a line that the next one overwrites."""
    if sys.stderr.isatty():
        print(f"\r{text}\033[K", end="", file=sys.stderr, flush=True)


def compiled(name):
    """A C program of scripts/bench, compiled where it is newer than what was."""
    source, program = ROOT / "scripts" / "bench" / f"{name}.c", DATA / name
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        libraries = ["-lpcap"] if "pcap" in name else []
        command = [os.environ.get("CC", "cc"), "-O2", "-o", program, source, *libraries]
        if shutil.which(command[0]) is None:
            return None
        if subprocess.run(command).returncode != 0:
            fail(f"cannot compile {source}")
    return str(program)


def capture(kind, packets):
    """The bench file of this kind, made where it is missing or older than the program that makes it."""
    file, workbench = DATA / f"{kind}-{packets}.pcap", PROGRAMS / "stickler-workbench"
    sources = (ROOT / "Sources" / "Workbench" / "Bench").rglob("*.swift")
    newest = max((source.stat().st_mtime for source in sources), default=0)
    if not file.exists() or file.stat().st_mtime < newest:
        print(f"making {file.relative_to(ROOT)}", file=sys.stderr)
        part = file.with_suffix(".part")
        command = [workbench, "bench", "--kind", kind, "--packets", str(packets), "-o", part]
        if subprocess.run(command).returncode != 0:
            fail(f"stickler-workbench could not make {file}")
        part.rename(file)
    with open(file, "rb") as bytes_:  # into the page cache: the disk is not what is measured
        while bytes_.read(1 << 24):
            pass
    return str(file)


def has_command(name):
    """Whether stickler has this command already."""
    program = PROGRAMS / "stickler"
    if not program.exists():
        return False
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.run([program, name, "--help"], **quiet).returncode == 0


def contestants(loop):
    """Every program that is there, as a function from a file to a command."""
    found, stickler = {}, str(PROGRAMS / "stickler")
    if has_command("legs"):
        found["stickler legs"] = lambda file: [stickler, "legs", file]
    if has_command("analyze"):
        found["stickler analyze"] = lambda file: [stickler, "analyze", file, "--format", "text"]
    if shutil.which("tcpdump"):
        # Root's tcpdump becomes another user, who may not enter this folder.
        user = ["-Z", "root"] if os.geteuid() == 0 else []
        found["tcpdump"] = lambda file: ["tcpdump", *user, "-r", file, "-w", "/dev/null", "udp"]
    if loop:
        found["pcap loop"] = lambda file: [loop, file]
    if shutil.which("tshark"):
        found["tshark"] = lambda file: ["tshark", "-r", file, "-q", "-z", "conv,udp"]
    return found


class Runs:
    """What was measured of one program on one file."""

    def __init__(self):
        self.wall, self.cpu, self.peak = [], [], []

    def measure(self, command, measure):
        result = subprocess.run([measure, *command], capture_output=True, text=True)
        fields = result.stdout.split()
        # 1 and 2 are verdicts, not failures.
        if len(fields) != 4 or int(fields[0]) not in (0, 1, 2):
            fail(f"{' '.join(map(str, command))}: {result.stderr.strip() or 'failed'}")
        self.wall.append(float(fields[1]))
        self.cpu.append(float(fields[2]))
        self.peak.append(int(fields[3]) / 1024)

    @property
    def median(self):
        return statistics.median(self.wall)


def aligned(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = [row[0].ljust(widths[0])] + [c.rjust(w) for c, w in zip(row[1:], widths[1:])]
        print("  ".join(cells).rstrip())


def ratio(runs, other):
    """How much of the other's time it took: 0.50, or 1/80 where that reads better."""
    if other is None or runs is other:
        return "-"
    value = runs.median / other.median
    return f"{value:.2f}" if value >= 0.1 else f"1/{1 / value:.0f}"


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--packets", type=int, default=4_000_000, help="in each file (default: 4000000)")
    options.add_argument("--rounds", type=int, default=5, help="alternated runs of each program (default: 5)")
    options.add_argument("--only", action="append", default=[], metavar="NAME",
                         help=f"a file ({', '.join(KINDS)}) or a program ({', '.join(RIVALS)}, legs, analyze); repeats")
    given = options.parse_args()
    if given.rounds < 1 or given.packets < 1:
        fail("--rounds and --packets are at least 1")
    only = {name for names in given.only for name in names.split(",")}
    kinds = [kind for kind in KINDS if kind in only] or list(KINDS)

    if not (PROGRAMS / "stickler-workbench").exists():
        fail("there is no .build/release/stickler-workbench: run make bench, which builds it")
    DATA.mkdir(exist_ok=True)
    measure = compiled("measure") or fail("there is no C compiler: install gcc")
    programs = contestants(compiled("pcap-loop"))
    chosen = {name for name in programs if name in only or name.removeprefix("stickler ") in only}
    if chosen:
        programs = {name: command for name, command in programs.items() if name in chosen}
    elif only - set(KINDS):
        fail(f"--only {', '.join(sorted(only - set(KINDS)))}: no such file or program here")

    markdown = []
    for kind in kinds:
        file = capture(kind, given.packets)
        runs = {name: Runs() for name in programs}
        for number in range(given.rounds):
            for name, command in programs.items():
                if name == "tshark" and (number > 0 or kind != kinds[0]):
                    continue
                status(f"{kind}: round {number + 1} of {given.rounds}, {name}")
                runs[name].measure(command(file), measure)
        status("")
        runs = {name: run for name, run in runs.items() if run.wall}

        size = os.path.getsize(file) / 1e6
        print(f"\n{KINDS[kind]}: {given.packets:,} packets, {size:,.0f} MB, medians of {given.rounds}")
        rivals = {name: runs.get(name) for name in RIVALS}
        rows = [["", "seconds", "min", "max", "cpu s", "Mpkt/s", "peak MiB", *(f"/ {r}" for r in RIVALS)]]
        for name, run in runs.items():
            rows.append([
                name, f"{run.median:.3f}", f"{min(run.wall):.3f}", f"{max(run.wall):.3f}",
                f"{statistics.median(run.cpu):.3f}", f"{given.packets / run.median / 1e6:.1f}",
                f"{statistics.median(run.peak):.1f}", *(ratio(run, rival) for rival in rivals.values()),
            ])
            if name.startswith("stickler"):
                cells = [name, KINDS[kind], *(ratio(run, rival) for rival in rivals.values())]
                markdown.append(f"| {' | '.join(cells)} | {statistics.median(run.peak):.0f} MiB |")
        aligned(rows)

    if markdown:
        print("\n| command | file | of tcpdump's time | of libpcap's empty loop | of tshark's | peak memory |")
        print("|---|---|---|---|---|---|")
        print("\n".join(markdown))


if __name__ == "__main__":
    main()
