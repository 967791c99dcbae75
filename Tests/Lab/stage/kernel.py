"""Commands, and the network namespaces that they run in."""

import os
import subprocess


class LabError(Exception):
    """What the lab could not do, in one line."""


def run(*command, stdin=None, check=True):
    """Runs a command and gives its output; one that fails is an error, told with its last line."""
    done = subprocess.run(command, input=stdin, capture_output=True, text=True)
    if check and done.returncode != 0:
        said = (done.stderr or done.stdout).strip() or f"status {done.returncode}"
        raise LabError(f"{' '.join(command)[:160]}: {' '.join(said.split())[:800]}")
    return done.stdout


class Namespace:
    """A network namespace. Who makes it is alone with it: the lab's mounts and processes are its own too."""

    def __init__(self, name):
        self.name = name

    def command(self, *words):
        return ("nsenter", f"--net=/run/netns/{self.name}", "--", *words)

    def run(self, *words, stdin=None, check=True):
        return run(*self.command(*words), stdin=stdin, check=check)

    def start(self, *words, **options):
        """Starts a process that outlives the call; it dies with the lab at the latest."""
        return subprocess.Popen(self.command(*words), stdin=subprocess.DEVNULL, **options)

    def ip(self, *lines, family=None):
        """Carries out lines of `ip`, up to the first that fails."""
        options = [f"-{family}"] if family else []
        run("ip", *options, "-n", self.name, "-batch", "-", stdin="\n".join(lines) + "\n")

    def sysctl(self, **values):
        """Sets `net.` values; in names two underscores stand for a dot."""
        words = [f"net.{name.replace('__', '.')}={value}" for name, value in values.items()]
        self.run("sysctl", "-q", "-w", *words)

    def nft(self, text):
        self.run("nft", "-f", "-", stdin=text)


def make_namespaces(names):
    run("ip", "-batch", "-", stdin="".join(f"netns add {name}\n" for name in names))
    return [Namespace(name) for name in names]


def missing_programs():
    """The programs that the lab needs and this machine has not."""
    wanted = ["ip", "nft", "iptables", "ip6tables", "conntrack", "tcpdump", "setpriv", "unshare", "nsenter", "sysctl"]
    folders = [*os.environ.get("PATH", "").split(":"), "/usr/sbin", "/sbin"]
    return [name for name in wanted if not any(os.access(f"{folder}/{name}", os.X_OK) for folder in folders)]
