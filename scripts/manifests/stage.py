"""One set of workloads, inside the namespaces that running.py made for it. Prints what went wrong."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

from dialogs import DIALOGS

# Debug builds on a busy machine take their time; what works is done in a second.
PATIENCE = 30


def main():
    place, programs, folder = sys.argv[1:]
    # A runtime starts containers with every signal at its default, whatever whoever started this had blocked.
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    plan = json.load(sys.stdin)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    # What is mounted here goes with this process's namespace.
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", folder], check=True)
    stage = Stage(pathlib.Path(folder), programs, plan["names"])
    problems = stage.play(plan["workloads"], DIALOGS.get(place, []))
    print("\n".join(problems), end="")
    sys.exit(bool(problems))


def libraries_elsewhere(programs):
    """Folders of libraries that no image has: builds for debugging take Swift's own from the toolchain."""
    found = set()
    for program in pathlib.Path(programs).glob("stickler*"):
        if program.is_file() and os.access(program, os.X_OK):
            said = subprocess.run(["ldd", program], capture_output=True, text=True).stdout
            found |= {os.path.dirname(path) for path in re.findall(r"=> (/\S+)", said)}
    return sorted(folder for folder in found if not folder.startswith(("/usr/", "/lib")))


class Stage:
    def __init__(self, folder, programs, names):
        self.folder, self.programs = folder, programs
        self.hosts = folder / "hosts"
        self.hosts.write_text(f"127.0.0.1 localhost {' '.join(names)}\n")
        self.libraries = libraries_elsewhere(programs)
        self.count = 0

    def root(self, mounts):
        """A root file system that only its mounts can be written in."""
        self.count += 1
        root = self.folder / f"root{self.count}"
        root.mkdir()
        subprocess.run(["mount", "--bind", root, root], check=True)

        def bind(source, target, *options):
            target = root / target
            if os.path.isdir(source):
                target.mkdir(parents=True, exist_ok=True)
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.touch()
            subprocess.run(["mount", "--bind", source, target], check=True)
            if options:
                subprocess.run(["mount", "-o", ",".join(["remount", "bind", *options]), target], check=True)

        for name in ("usr", "etc"):
            bind(f"/{name}", name, "ro")
        for name in ("bin", "sbin", "lib", "lib64"):
            if os.path.islink(f"/{name}"):
                (root / name).symlink_to(os.readlink(f"/{name}"))
        for name in ("dev", "proc", "sys"):
            bind(f"/{name}", name)
        bind(self.programs, "programs", "ro")
        for library in self.libraries:
            bind(library, library.lstrip("/"), "ro")
        subprocess.run(["mount", "--bind", self.hosts, root / "etc/hosts"], check=True)
        for path, volume in mounts:
            target = root / path.lstrip("/")
            target.mkdir(parents=True)
            self.fill(target, volume)
        subprocess.run(["mount", "-o", "remount,bind,ro", root], check=True)
        for path, volume in mounts:
            if "secret" not in volume and "configMap" not in volume:
                subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=777", "tmpfs", root / path.lstrip("/")], check=True)
        return root

    def fill(self, target, volume):
        """The files of a secret, as the command that makes them wrote them."""
        source = self.folder / "secrets" / volume.get("secret", {}).get("secretName", "none")
        for file in source.glob("*") if source.exists() else []:
            (target / file.name).write_bytes(file.read_bytes())
            (target / file.name).chmod(0o444)

    def start(self, workload, **options):
        words = list(workload["words"])
        if words[0].startswith("/usr/bin/stickler"):
            words[0] = words[0].replace("/usr/bin", "/programs")
        kept = ",".join("+" + name.lower() for name in workload.get("capabilities", []))
        bounds = "-all" + ("," + kept if kept else "")
        user = str(workload.get("user", 65532))
        command = [
            shutil.which("chroot"), self.root(workload.get("mounts", [])),
            "/usr/bin/setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--no-new-privs",
            f"--bounding-set={bounds}", f"--inh-caps={bounds}", "--", *words,
        ]
        return subprocess.Popen(
            command, env={"PATH": "/usr/bin:/bin"} | workload.get("environment", {}), cwd="/",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options,
        )

    def play(self, workloads, dialogs):
        problems = []
        servers = [(workload, self.start(workload)) for workload in workloads if workload["kind"] != "Job"]
        deadline = time.monotonic() + PATIENCE
        for workload, process in servers:
            problems += wait_until_ready(workload, process, deadline)
        if not problems:
            for words, status, expected in dialogs:
                problems += self.ask(words, status, expected)
        for workload, process in servers:
            problems += stop(workload, process)
        return problems

    def ask(self, words, status, expected):
        """What a user does with these pods, from the image that they have; again where they are not yet so far."""
        deadline = time.monotonic() + PATIENCE
        while True:
            client = self.start({"words": words})
            try:
                said, _ = client.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                client.kill()
                return [f"{' '.join(words)}: does not end"]
            if client.returncode == status and expected in said:
                return []
            if time.monotonic() > deadline:
                want = f"{status} and '{expected}'"
                return [f"{' '.join(words)}: ended with {client.returncode}, not {want}: {said.strip()}"]
            time.sleep(1)


def wait_until_ready(workload, process, deadline):
    missing = list(workload["ports"])
    asked = "no answer"
    if not missing and workload["probe"] is None:
        # Nothing tells that it has started, but that it goes on.
        deadline = time.monotonic() + 1
    while time.monotonic() < deadline and process.poll() is None:
        missing = [port for port in missing if not is_open(*port)]
        asked = answer(workload["probe"])
        if workload["ports"] and not missing and asked in (None, 200):
            return []
        time.sleep(0.05)
    if process.poll() is not None:
        return [f"{workload['name']}: ended with {process.returncode}: {process.stdout.read().strip()}"]
    if missing:
        return [f"{workload['name']}: does not listen on {missing}"]
    if asked is None:
        return []
    return [f"{workload['name']}: {workload['probe']} says {asked}"]


def is_open(protocol, port):
    for family in ("", "6"):
        with open(f"/proc/net/{protocol}{family}") as table:
            for line in table.readlines()[1:]:
                fields = line.split()
                listening = fields[3] == ("0A" if protocol == "tcp" else "07")
                if listening and int(fields[1].rsplit(":", 1)[1], 16) == port:
                    return True
    return False


def answer(url):
    if url is None:
        return None
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError as error:
        return str(error)


def stop(workload, process):
    """SIGTERM is what a pod's end begins with."""
    if process.poll() is not None:
        return []
    # The kernel keeps no default for the first process of a namespace; these are not it, as they would be in a pod.
    process.send_signal(signal.SIGTERM)
    try:
        process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        return [f"{workload['name']}: does not stop on SIGTERM"]
    idle = workload["words"][0] == "/usr/bin/sleep"
    if process.returncode not in ((0, -signal.SIGTERM) if idle else (0,)):
        return [f"{workload['name']}: ended with {process.returncode} on SIGTERM"]
    return []


main()
