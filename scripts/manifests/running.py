"""The containers of the manifests, run for a moment: each with its own arguments, environment, user and mounts, the
pods of one set beside each other in a network of their own that holds nothing but loopback.

It is no container runtime: what it cannot show is what the kernel's seccomp filter and cgroups would say."""

import functools
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import agreement
import rendering
from rendering import containers, pod_spec, title

HERE = pathlib.Path(__file__).resolve().parent


def possible():
    if os.geteuid() != 0 or not shutil.which("unshare") or not shutil.which("setpriv"):
        return False
    return subprocess.run(["unshare", "--net", "--mount", "true"], capture_output=True).returncode == 0


def check(sets, programs):
    if not possible():
        print("namespaces cannot be made (that takes root, unshare, setpriv): the manifests' programs are not run")
        return []
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        places = [place for place in sorted(sets) if servers(sets[place])]
        running = {place: start(place, sets, programs, folder) for place in places}
        for place, process in running.items():
            said, _ = process.communicate()
            if process.returncode or said:
                lines = said.splitlines()[-8:] or [f"ended with {process.returncode}"]
                problems += [f"{place}: {line}" for line in lines]
    return problems


def start(place, sets, programs, folder):
    """Another process, since a namespace is a process's own."""
    command = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", sys.executable]
    process = subprocess.Popen(
        [*command, str(HERE / "stage.py"), place, os.path.abspath(programs), folder],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )
    json.dump(plan(sets[place] + sets.get(agreement.BESIDE.get(place), [])), process.stdin)
    process.stdin.close()
    process.stdin = None
    return process


def servers(items):
    return [item for item in items if pod_spec(item)]


def plan(items):
    """What to run, by workload: of several that differ in nothing but their names one."""
    made, seen = [], []
    for item in servers(items):
        spec, _ = pod_spec(item)
        claims = [{"name": claim["metadata"]["name"]} for claim in item["spec"].get("volumeClaimTemplates") or []]
        spec = spec | {"volumes": spec.get("volumes", []) + claims}
        for container in containers(spec):
            same = {key: container.get(key) for key in ("command", "args", "ports")}
            if same in seen:
                continue
            seen.append(same)
            made.append(workload(item, spec, container))
    return {"workloads": made, "names": names(items), "secrets": secrets()}


@functools.cache
def secrets():
    """What the documented command makes: the files of each secret."""
    command = rendering.FOLDER / "stickler/make-secrets"
    said = subprocess.run([command], capture_output=True, text=True, check=True).stdout
    return {item["metadata"]["name"]: item["data"] for item in rendering.objects(said)}


def names(items):
    """The names that DNS would have, all of them loopback's here."""
    found = []
    for item in items:
        if item["kind"] != "Service":
            continue
        name, namespace = item["metadata"]["name"], item["metadata"].get("namespace", "default")
        found += [name, f"{name}.{namespace}", f"{name}.{namespace}.svc", f"{name}.{namespace}.svc.cluster.local"]
    for item in items:
        pods = pod_spec(item)
        if pods and "subdomain" in pods[0]:
            found.append(f"{pods[0]['hostname']}.{pods[0]['subdomain']}")
    return found


def workload(item, spec, container):
    fields = {
        "metadata.name": item["metadata"]["name"] + "-0",
        "metadata.namespace": item["metadata"].get("namespace", "default"),
        "spec.nodeName": "node-1", "status.podIP": "127.0.0.1", "status.hostIPs": "127.0.0.1",
    }
    environment = {}
    for variable in container.get("env", []):
        source = variable.get("valueFrom", {})
        if "fieldRef" in source:
            environment[variable["name"]] = fields[source["fieldRef"]["fieldPath"]]
        elif not source:
            environment[variable["name"]] = variable.get("value", "")
    words = container.get("command", []) + container.get("args", [])
    for name, value in environment.items():
        words = [word.replace(f"$({name})", value) for word in words]
    volumes = {volume["name"]: volume for volume in spec.get("volumes", [])}
    return {
        "name": f"{title(item)} {container['name']}",
        "kind": item["kind"],
        "words": words,
        "environment": environment,
        "user": spec.get("securityContext", {}).get("runAsUser", 65532),
        "group": spec.get("securityContext", {}).get("fsGroup", 65532),
        "asks": spec.get("automountServiceAccountToken", False),
        "capabilities": container["securityContext"]["capabilities"].get("add", []),
        "ports": [[port["protocol"].lower(), port["containerPort"]] for port in container.get("ports", [])],
        "probe": probe(container),
        "mounts": [[mount["mountPath"], volumes.get(mount["name"], {})] for mount in container.get("volumeMounts", [])],
    }


def probe(container):
    asked = container.get("readinessProbe", {}).get("httpGet")
    if asked is None:
        return None
    port = asked["port"]
    number = next((its["containerPort"] for its in container.get("ports", []) if its.get("name") == port), port)
    return f"http://{asked.get('host', '127.0.0.1')}:{number}{asked['path']}"
