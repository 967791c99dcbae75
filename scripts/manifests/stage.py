"""One set of workloads, inside the namespaces that running.py made for it. Prints what went wrong."""

import base64
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

from dialogs import DIALOGS, JOBS, MOUNTS

# Debug builds on a busy machine take their time; what works is done in a second.
PATIENCE = 60
APISERVER = pathlib.Path(__file__).resolve().parents[2] / "Tests/InventoryTests/apiserver.py"
ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
# What programs look up, of all that is in /etc.
ETC = ["/etc/" + name for name in ("alternatives", "group", "ld.so.cache", "nsswitch.conf", "passwd", "ssl")]
# What the role permits.
FOUR = {
    "/api/v1/pods", "/api/v1/services", "/api/v1/nodes", "/apis/discovery.k8s.io/v1/endpointslices",
}


def main():
    place, programs, folder = sys.argv[1:]
    # A runtime starts containers with every signal at its default, whatever whoever started this had blocked.
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    plan = json.load(sys.stdin)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    # What is mounted here goes with this process's namespace.
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", folder], check=True)
    stage = Stage(pathlib.Path(folder), programs, plan["names"], plan["secrets"])
    problems = stage.play(plan["workloads"], DIALOGS.get(place, []))
    print("\n".join(problems), end="")
    sys.exit(bool(problems))


class Server:
    """The tests' own API server, and a service account of it."""

    def __init__(self, folder):
        folder.mkdir()
        self.folder = folder
        (folder / "token").write_text("of-the-service-account")
        self.process = subprocess.Popen(
            [sys.executable, APISERVER, folder, "--tls", "127.0.0.1", "--token", folder / "token"],
            stdin=subprocess.PIPE,
        )
        deadline = time.monotonic() + PATIENCE
        while not (folder / "port").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        self.port = int((folder / "port").read_text())
        files = {name: (folder / name).read_bytes() for name in ("token", "ca.crt")} | {"namespace": b"stickler"}
        self.account = {name: base64.b64encode(content) for name, content in files.items()}

    def stop(self):
        """Whether only what the collector's role permits was asked for."""
        self.process.stdin.close()
        self.process.wait()
        asked = {tuple(line.split()[:2]) for line in (self.folder / "requests").read_text().splitlines()}
        kinds = {path for _, path in asked}
        problems = [f"the API server was asked to {word}" for word, _ in asked if word not in ("list", "watch")]
        return problems + ([f"the API server was asked for {sorted(kinds)}"] if kinds != FOUR else [])


def libraries_elsewhere(programs):
    """Folders of libraries that no image has: builds for debugging take Swift's own from the toolchain."""
    found = set()
    for program in pathlib.Path(programs).glob("stickler*"):
        if program.is_file() and os.access(program, os.X_OK):
            said = subprocess.run(["ldd", program], capture_output=True, text=True).stdout
            found |= {os.path.dirname(path) for path in re.findall(r"=> (/\S+)", said)}
    return sorted(folder for folder in found if not folder.startswith(("/usr/", "/lib")))


class Stage:
    def __init__(self, folder, programs, names, secrets):
        self.folder, self.programs, self.secrets = folder, programs, secrets
        self.api = None
        self.hosts = folder / "hosts"
        self.hosts.write_text(f"127.0.0.1 localhost {' '.join(names)}\n")
        self.libraries = libraries_elsewhere(programs)
        self.count = 0

    def root(self, workload):
        """A root file system that only its mounts can be written in."""
        mounts = workload.get("mounts", [])
        if workload.get("asks"):
            mounts = [*mounts, [ACCOUNT, {"account": {}}]]
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

        bind("/usr", "usr", "ro")
        for path in ETC:
            if os.path.exists(path):
                bind(path, path.lstrip("/"), "ro")
        for name in ("bin", "sbin", "lib", "lib64"):
            if os.path.islink(f"/{name}"):
                (root / name).symlink_to(os.readlink(f"/{name}"))
        for name in ("dev", "proc", "sys"):
            bind(f"/{name}", name)
        bind(self.programs, "programs", "ro")
        for library in self.libraries:
            bind(library, library.lstrip("/"), "ro")
        bind(self.hosts, "etc/hosts", "ro")
        for path, volume in mounts:
            target = root / path.lstrip("/")
            target.mkdir(parents=True)
            self.fill(target, volume, workload.get("group", 65532))
        subprocess.run(["mount", "-o", "remount,bind,ro", root], check=True)
        for path, volume in mounts:
            if "secret" not in volume and "account" not in volume:
                subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=777", "tmpfs", root / path.lstrip("/")], check=True)
        return root

    def fill(self, target, volume, group):
        """The files of a secret, or of a service account."""
        files, mode = {}, 0o444
        if "account" in volume:
            files = self.api.account
        elif "secret" in volume:
            files = self.secrets[volume["secret"]["secretName"]]
            mode = volume["secret"].get("defaultMode", 0o644)
            if "items" in volume["secret"]:
                files = {item["path"]: files[item["key"]] for item in volume["secret"]["items"]}
        for name, content in files.items():
            (target / name).write_bytes(base64.b64decode(content))
            os.chown(target / name, 0, group)
            (target / name).chmod(mode)

    def start(self, workload, **options):
        words = list(workload["words"])
        if words[0].startswith("/usr/bin/stickler"):
            words[0] = words[0].replace("/usr/bin", "/programs")
        kept = ",".join("+" + name.lower() for name in workload.get("capabilities", []))
        bounds = "-all" + ("," + kept if kept else "")
        user = str(workload.get("user", 65532))
        command = [
            shutil.which("chroot"), self.root(workload),
            "/usr/bin/setpriv", "--reuid", user, "--regid", user, "--groups", str(workload.get("group", 65532)),
            "--no-new-privs",
            f"--bounding-set={bounds}", f"--inh-caps={bounds}", "--", *words,
        ]
        return subprocess.Popen(
            command, env=self.environment(workload) | workload.get("environment", {}), cwd="/",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options,
        )

    def environment(self, workload):
        made = {"PATH": "/usr/bin:/bin:/programs"}
        if workload.get("asks"):
            made |= {"KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": str(self.api.port)}
        return made

    def play(self, workloads, dialogs):
        problems = []
        if any(workload["asks"] for workload in workloads):
            self.api = Server(self.folder / "api")
        servers = [(workload, self.start(workload)) for workload in workloads if workload["kind"] != "Job"]
        deadline = time.monotonic() + PATIENCE
        for workload, process in servers:
            problems += wait_until_ready(workload, process, deadline)
        if not problems:
            for words, statuses, expected in dialogs:
                mounts = MOUNTS if words[0] == "/usr/bin/stickler" else []
                problems += self.ask({"words": words, "mounts": mounts}, statuses, expected)
            for workload in workloads:
                if workload["kind"] == "Job":
                    changes, statuses, expected = JOBS[workload["name"]]
                    environment = workload["environment"] | changes
                    problems += self.ask(workload | {"environment": environment}, statuses, expected)
        for workload, process in servers:
            problems += stop(workload, process)
        if self.api:
            problems += self.api.stop()
        return problems

    def ask(self, workload, statuses, expected):
        """What a user does with these pods, from the image that they have; again where they are not yet so far."""
        name = workload.get("name") or " ".join(workload["words"])
        deadline = time.monotonic() + PATIENCE
        while True:
            client = self.start(workload)
            try:
                said, _ = client.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                client.kill()
                return [f"{name}: does not end"]
            if client.returncode in statuses and expected in said:
                return []
            if time.monotonic() > deadline:
                want = f"{statuses} and '{expected}'"
                return [f"{name}: ended with {client.returncode}, not {want}: {said.strip()[-600:]}"]
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
    program = workload["words"][0].rsplit("/", 1)[1]
    # A collector ends with its verdict, and sleep handles no signal.
    expected = {"sleep": (0, -signal.SIGTERM), "stickler": (0, 1, 2)}.get(program, (0,))
    if process.returncode not in expected:
        return [f"{workload['name']}: ended with {process.returncode} on SIGTERM"]
    return []


main()
