"""What pods may do. Whoever gets more than nothing is listed here, with what it gets; all others are refused it."""

from rendering import containers, pod_spec, title

# They see a node's packets: its network namespace, and root until the capture socket is open.
ON_THE_NODE = {"DaemonSet/stickler-agent", "DaemonSet/stickler-capture"}
CAPABILITIES = ["NET_RAW", "SETUID", "SETGID"]
# It asks a node as another node does, and may no more than that.
FROM_THE_NODE = {"Job/verify-local"}
# Who asks the API server.
WITH_TOKEN = {"StatefulSet/stickler-collector"}
# What such an account may do: these verbs, on these kinds.
VERBS = ["get", "list", "watch"]
KINDS = {("", "nodes"), ("", "pods"), ("", "services"), ("discovery.k8s.io", "endpointslices")}
VOLUMES = {"emptyDir", "secret", "configMap", "persistentVolumeClaim"}


def check(sets):
    problems = []
    for place, items in sets.items():
        for item in items:
            found = list(check_object(item, items))
            problems += [f"{place}: {title(item)}: {problem}" for problem in found]
    return problems


def check_object(item, items):
    if item["kind"] == "Namespace":
        yield from check_namespace(item)
    if item["kind"] in ("ClusterRole", "Role"):
        yield from check_role(item)
    if item["kind"] in ("ClusterRoleBinding", "RoleBinding"):
        yield from check_binding(item)
    if item["kind"] == "ServiceAccount" and item.get("automountServiceAccountToken") is not False:
        yield "automountServiceAccountToken is not false"
    pods = pod_spec(item)
    if pods:
        yield from check_pod(item, pods[0])


def check_namespace(item):
    labels = item["metadata"]["labels"]
    levels = {labels.get(f"pod-security.kubernetes.io/{mode}") for mode in ("enforce", "warn", "audit")}
    want = "privileged" if item["metadata"]["name"] == "stickler" else "restricted"
    if levels != {want}:
        yield f"Pod Security is {sorted(map(str, levels))}, not {want}"


def check_role(item):
    for rule in item["rules"]:
        if rule.get("resources") == ["securitycontextconstraints"]:
            if rule["verbs"] != ["use"] or not rule.get("resourceNames"):
                yield "a role for an SCC may use one, by its name"
            continue
        kinds = {(group, kind) for group in rule["apiGroups"] for kind in rule["resources"]}
        if not kinds <= KINDS or rule["verbs"] != VERBS:
            yield f"may {rule['verbs']} {sorted(kinds)}"
    asked = {(group, kind) for rule in item["rules"] for group in rule["apiGroups"] for kind in rule["resources"]}
    if item["metadata"]["name"] == "stickler-collector" and asked != KINDS:
        yield f"asks for {sorted(asked)}"


def check_binding(item):
    for subject in item["subjects"]:
        collector = subject["name"] == "stickler-collector"
        scc = item["roleRef"]["name"].endswith("-scc")
        if subject["kind"] != "ServiceAccount" or not (collector or scc):
            yield f"{subject['kind']} {subject['name']} is given something"


def check_pod(item, spec):
    on_node = title(item) in ON_THE_NODE
    if spec.get("automountServiceAccountToken") is not (title(item) in WITH_TOKEN):
        yield "automountServiceAccountToken is not said as it must be"
    if spec.get("hostNetwork", False) is not (on_node or title(item) in FROM_THE_NODE):
        yield "hostNetwork is for agents and verify-local, and for them alone"
    for word in ("hostPID", "hostIPC", "shareProcessNamespace"):
        if spec.get(word):
            yield f"{word} is set"
    if spec.get("enableServiceLinks") is not False:
        yield "enableServiceLinks is not false: every Service's address would be in the environment"
    pod = spec.get("securityContext", {})
    if pod.get("seccompProfile") != {"type": "RuntimeDefault"}:
        yield "seccompProfile is not RuntimeDefault"
    if on_node:
        if pod.get("runAsUser") != 0:
            yield "an added capability reaches no other user than root"
    elif pod.get("runAsNonRoot") is not True or pod.get("runAsUser") == 0:
        yield "runAsNonRoot is not true"
    for volume in spec.get("volumes", []):
        kinds = set(volume) - {"name"}
        if not kinds <= VOLUMES:
            yield f"volume {volume['name']} is of {sorted(kinds)}"
    for container in containers(spec):
        for problem in check_container(container, on_node):
            yield f"{container['name']}: {problem}"


def check_container(container, on_node):
    context = container.get("securityContext", {})
    if context.get("privileged"):
        yield "is privileged"
    if context.get("allowPrivilegeEscalation") is not False:
        yield "allowPrivilegeEscalation is not false"
    if context.get("readOnlyRootFilesystem") is not True:
        yield "readOnlyRootFilesystem is not true"
    if context.get("capabilities", {}).get("drop") != ["ALL"]:
        yield "does not drop all capabilities"
    added = context.get("capabilities", {}).get("add", [])
    if added != (CAPABILITIES if on_node else []):
        yield f"adds capabilities {added}"
    for word in ("runAsUser", "runAsNonRoot", "seccompProfile", "procMount"):
        if word in context:
            yield f"{word} is said of the pod, and not again of a container"
    resources = container.get("resources", {})
    if not {"cpu", "memory"} <= set(resources.get("requests", {})) or "memory" not in resources.get("limits", {}):
        yield "requests cpu and memory and limits memory: one of them is missing"
