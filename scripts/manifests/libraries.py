"""Whether the Dockerfile installs the libraries that the programs link, and no others."""

import pathlib
import re
import shutil
import subprocess

import rendering

# What it installs for another reason: certificates of authorities, and what k8s/capture runs.
BESIDE = {"ca-certificates", "tcpdump"}
# What every Debian has: even its slim image's package manager links them.
ALWAYS = {"libc6", "libgcc-s1"}


def installed():
    text = (rendering.ROOT / "Dockerfile").read_text()
    runtime = text[text.index(" AS runtime"):]
    command = re.search(r"install -y --no-install-recommends \\\n(.*?)\\?\n  &&", runtime, re.S).group(1)
    return set(command.replace("\\", " ").split())


def linked(program):
    """The files of the libraries that a program names itself; Swift's own count as the program."""
    found = {}
    for line in subprocess.run(["ldd", program], capture_output=True, text=True).stdout.splitlines():
        match = re.match(r"\s*(\S+) => (/\S+)", line)
        if match:
            found[match.group(1)] = match.group(2)
    said = subprocess.run(["readelf", "-d", program], capture_output=True, text=True).stdout
    names = re.findall(r"NEEDED.*\[(.*)\]", said)
    libraries = set()
    for name in names:
        path = found.get(name)
        if path is None:
            continue
        if "/swift/linux/" in path:
            libraries |= linked(path)
        else:
            libraries.add(path)
    return libraries


def package(path):
    for candidate in (path, str(pathlib.Path(path).resolve()), "/usr" + path):
        said = subprocess.run(["dpkg-query", "-S", candidate], capture_output=True, text=True).stdout
        if said:
            return said.split(":")[0]
    return path


def check(programs):
    if not shutil.which("dpkg-query") or not shutil.which("readelf"):
        print("dpkg-query or readelf is missing: the Dockerfile's packages are not held against the programs")
        return []
    missing = sorted(name for name in PROGRAMS if not (pathlib.Path(programs) / name).is_file())
    if missing:
        return [f"{programs}: {', '.join(missing)} is not built"]
    needed = {}
    for program in sorted(PROGRAMS):
        for library in linked(pathlib.Path(programs) / program):
            needed.setdefault(package(library), program)
    short = sorted(set(needed) - installed() - ALWAYS)
    problems = [f"Dockerfile: {name} is missing, which {needed[name]} links" for name in short]
    beyond = installed() - set(needed) - BESIDE
    return problems + [f"Dockerfile: {name} is installed, and no program links it" for name in sorted(beyond)]


# Those that `make install` installs.
PROGRAMS = {path.name for path in (rendering.ROOT / "Sources").glob("stickler*")} - {"stickler-workbench"}
