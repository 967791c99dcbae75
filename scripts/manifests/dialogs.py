"""What a user then asks the pods of each system, with the exit code and a word of the answer."""

CLIENT = "/usr/bin/stickler-client"

DIALOGS = {
    "k8s/systems/aks-clientip": [
        ([CLIENT, "hello", "udp-server", "-n", "2"], 0, "2 answered, 0 lost"),
        ([CLIENT, "affinity", "udp-server:20001", "-n", "2", "-i", "100ms", "-d", "1s"], 0, "udp-server-0"),
    ],
    "k8s/systems/affinity-tester": [
        (
            [CLIENT, "affinity", "--wire", "maartensmagic", "affinity-tester", "-n", "2", "-i", "100ms", "-d", "1s"],
            0, "affinity-tester-0",
        ),
        ([CLIENT, "affinity", "affinity-tester:56789", "-n", "2", "-i", "100ms", "-d", "1s"], 0, "affinity-tester-0"),
    ],
    "k8s/systems/headless-broadcast": [
        ([CLIENT, "broadcast", "-s", "headless-udp", "-m", "reload"], 0, "acknowledged by :statefulset-udp-server-0"),
    ],
    "k8s/systems/echo": [
        ([CLIENT, "echo", "--tcp", "--count", "3", "clusterip-tcp:1234"], 0, "3 echoed"),
        ([CLIENT, "echo", "--count", "3", "clusterip-udp:5678"], 0, "server1-0"),
        ([CLIENT, "echo", "--count", "3", "server1.headless"], 0, "3 echoed"),
    ],
    "k8s/systems/leader": [
        ([CLIENT, "leader", "headless-leader"], 0, "agreed: 127.0.0.1"),
    ],
}
