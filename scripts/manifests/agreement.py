"""Whether the objects of a set fit each other: ports, selectors, names, images."""

import re

import rendering
from rendering import containers, pod_spec, title


# What is applied beside something else.
BESIDE = {"k8s/check/verify-local": "k8s/stickler/base"}


def check(sets):
    problems = []
    everybody = [item for items in sets.values() for item in items]
    for place, items in sets.items():
        # What is applied by itself goes with what its folder's kustomization has.
        around = items + sets.get(BESIDE.get(place, place.rsplit("/", 1)[0]), [])
        for item in items:
            found = list(check_object(item, around))
            problems += [f"{place}: {title(item)}: {problem}" for problem in found]
    problems += check_templates(sets)
    return problems


def labels_fit(selector, labels):
    return all(labels.get(key) == value for key, value in selector.items())


def selected(selector, namespace, items):
    """The pods' specs that a selector finds."""
    for item in items:
        pods = pod_spec(item)
        if pods and item["metadata"].get("namespace") == namespace and labels_fit(selector, pods[1].get("labels", {})):
            yield pods[0]


def check_object(item, items):
    namespace = item["metadata"].get("namespace")
    if item["kind"] != "Template" and item["metadata"].get("labels", {}).get("app.kubernetes.io/part-of") != "stickler":
        if item["kind"] not in ("BGPConfiguration", "BGPPeer"):
            yield "is not labelled as part of stickler"
    if item["kind"] == "Service":
        yield from check_service(item, namespace, items)
    if item["kind"] in ("PodMonitor", "ServiceMonitor"):
        yield from check_monitor(item, namespace, items)
    if item["kind"] in ("NetworkPolicy", "PodDisruptionBudget"):
        key = "podSelector" if item["kind"] == "NetworkPolicy" else "selector"
        if not list(selected(item["spec"][key].get("matchLabels", {}), namespace, items)):
            yield "selects no pod"
    pods = pod_spec(item)
    if pods is None:
        return
    spec, metadata = pods
    if "selector" in item["spec"] and not labels_fit(item["spec"]["selector"]["matchLabels"], metadata["labels"]):
        yield "its selector does not fit its own pods"
    if item["kind"] == "StatefulSet":
        services = [other for other in items if title(other) == f"Service/{item['spec']['serviceName']}"]
        if not services or services[0]["spec"].get("clusterIP") != "None":
            yield f"serviceName {item['spec']['serviceName']} is no headless Service"
    for container in containers(spec):
        for problem in check_container(container, spec):
            yield f"{container['name']}: {problem}"


def check_service(item, namespace, items):
    spec = item["spec"]
    if spec.get("ipFamilyPolicy") != "PreferDualStack":
        yield "ipFamilyPolicy is not PreferDualStack"
    pods = list(selected(spec["selector"], namespace, items))
    if not pods:
        yield "selects no pod"
    for port in spec["ports"]:
        if port.get("protocol") not in ("TCP", "UDP"):
            yield f"port {port['port']} has no protocol"
        for pod in pods:
            ports = [its for container in containers(pod) for its in container.get("ports", [])]
            want = (port["targetPort"], port.get("protocol"))
            if want not in [(its.get("name"), its.get("protocol")) for its in ports]:
                yield f"no pod has a {port.get('protocol')} port named {port['targetPort']}"


def check_monitor(item, namespace, items):
    for pod in selected(item["spec"]["selector"]["matchLabels"], namespace, items):
        names = [port["name"] for container in containers(pod) for port in container.get("ports", [])]
        secrets = [volume.get("secret", {}).get("secretName") for volume in pod.get("volumes", [])]
        for endpoint in item["spec"].get("endpoints", []) + item["spec"].get("podMetricsEndpoints", []):
            if endpoint["port"] in names and endpoint["authorization"]["credentials"]["name"] in secrets:
                return
    yield "no pod has its port, and its token's secret"


def check_container(container, spec):
    if not re.fullmatch(r"stickler(:[\w.-]+)?", container["image"]):
        yield f"image {container['image']} is not ours"
    ports = container.get("ports", [])
    for port in ports:
        if port.get("protocol") not in ("TCP", "UDP") or "name" not in port:
            yield f"port {port['containerPort']} has no name or no protocol"
    if ports:
        for probe in ("readinessProbe", "livenessProbe"):
            asked = container.get(probe, {}).get("httpGet", {}).get("port")
            if asked not in [port.get("name") for port in ports]:
                yield f"its {probe} asks no port of its own"
    mounts = [mount["name"] for mount in container.get("volumeMounts", [])]
    volumes = [volume["name"] for volume in spec.get("volumes", [])]
    for name in mounts:
        if name not in volumes and not name.startswith("data"):
            yield f"mounts {name}, which is no volume"
    names = [variable["name"] for variable in container.get("env", [])]
    for word in container.get("args", []) + container.get("command", []):
        for variable in re.findall(r"\$\(([A-Z_]+)\)", word):
            if variable not in names:
                yield f"{word} names a variable that is not set"


def check_templates(sets):
    """A template's objects are those of the kustomization beside it."""
    problems = []
    for path, items in rendering.single_files().items():
        for template in items:
            if template["kind"] != "Template":
                continue
            made = {title(item): item for item in rendering.process(template, IMAGE="stickler:latest")}
            beside = {title(item): item for item in sets[rendering.name(path.parent)]}
            for name in sorted(set(made) | set(beside)):
                if made.get(name) != beside.get(name):
                    problems.append(f"{rendering.name(path)}: {name} is not what the kustomization has")
    return problems
