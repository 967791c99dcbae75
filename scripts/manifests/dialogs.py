"""What a user then asks the pods of each system, with the exit codes and a word of the answer."""

CLIENT = "/usr/bin/stickler-client"

DIALOGS = {
    "k8s/systems/aks-clientip": [
        ([CLIENT, "hello", "udp-server", "-n", "2"], [0], "2 answered, 0 lost"),
        ([CLIENT, "affinity", "udp-server:20001", "-n", "2", "-i", "100ms", "-d", "1s"], [0], "udp-server-0"),
    ],
    "k8s/systems/affinity-tester": [
        (
            [CLIENT, "affinity", "--wire", "maartensmagic", "affinity-tester", "-n", "2", "-i", "100ms", "-d", "1s"],
            [0], "affinity-tester-0",
        ),
        ([CLIENT, "affinity", "affinity-tester:56789", "-n", "2", "-i", "100ms", "-d", "1s"], [0], "affinity-tester-0"),
    ],
    "k8s/systems/headless-broadcast": [
        ([CLIENT, "broadcast", "-s", "headless-udp", "-m", "reload"], [0], "acknowledged by :statefulset-udp-server-0"),
    ],
    "k8s/systems/echo": [
        ([CLIENT, "echo", "--tcp", "--count", "3", "clusterip-tcp:1234"], [0], "3 echoed"),
        ([CLIENT, "echo", "--count", "3", "clusterip-udp:5678"], [0], "server1-0"),
        ([CLIENT, "echo", "--count", "3", "server1.headless"], [0], "3 echoed"),
    ],
    "k8s/systems/leader": [
        ([CLIENT, "leader", "headless-leader"], [0], "agreed: 127.0.0.1"),
    ],
}

# What a Job is told besides, for want of a second node.
JOBS = {
    "Job/verify-local ask": ({"TARGET": "127.0.0.1:3478"}, [0], "pod was ever seen"),
    "Job/verify-local verdict": ({}, [2], "1 node (node-1)"),
}

# The agent on the one node captures what the collector's own probes send and tells it, whichever way it is let in.
REPORT = ["/usr/bin/stickler", "report", "--from", "http://stickler-collector.stickler.svc:9470"]
for overlay in ("base", "overlays/minimal", "overlays/openshift", "overlays/prometheus", "overlays/tls"):
    DIALOGS[f"k8s/stickler/{overlay}"] = [
        ([*REPORT, "--token-file", "/etc/stickler/http-token"], [0, 1, 2], "1 node (node-1)"),
        # Nobody reads it without the token.
        (REPORT, [3], "token"),
    ]

# What those have who ask the collector.
MOUNTS = [["/etc/stickler", {"secret": {"secretName": "stickler-collector", "defaultMode": 0o440}}]]
