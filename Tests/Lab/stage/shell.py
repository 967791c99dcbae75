"""A cluster that is left to its user."""

import os
import subprocess
import tempfile

from .lab import Lab
from .traffic import BIN

WELCOME = """\
Three nodes (n1 to n3), pods s1 to s4, a router that balances, clients; service udp-server at {vip}:20001, type
LoadBalancer, policy Cluster. All of it is gone when you leave this shell. Try:

  on clients stickler-client affinity {vip}:20001 -n 6 -d 20s   ask the service
  on n1 conntrack -L                                            what n1 remembers
  on n1 conntrack -F                                            have it forget that, as a proxy's restart does
  on n1 iptables-save -t nat                                    the rules
  on n1 tcpdump -i any -w n1.pcap udp                           capture; then:
  stickler analyze n1.pcap --inventory cluster-1.json           judge
"""


def open_shell():
    with tempfile.TemporaryDirectory(prefix="stickler-lab-") as folder:
        return live_in(folder)


def live_in(folder):
    lab = Lab(folder)
    service = lab.serve()
    lab.snapshot()
    print(WELCOME.format(vip=service.vip) + f"\nThis folder is {folder}.")
    with open(f"{folder}/rc", "w") as rc:
        rc.write('on() { local space=$1; shift; nsenter --net="/run/netns/$space" -- "$@"; }\n')
        rc.write(f'PATH="{BIN}:$PATH" PS1="lab \\$ "\n')
    return subprocess.run(["bash", "--rcfile", f"{folder}/rc", "-i"], cwd=folder, env=os.environ).returncode
