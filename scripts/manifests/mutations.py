"""Whether the checks can fail: each line breaks one thing in one object, and says what must then be said."""

import copy

import agreement
import charts
import schemas
import security
from rendering import title


def put(*path_and_value):
    *path, last, value = path_and_value

    def change(item):
        for part in path:
            item = item[part]
        if value is None:
            item.pop(last)
        else:
            item[last] = value
    return change


TEMPLATE = ("spec", "template", "spec")
CONTAINER = (*TEMPLATE, "containers", 0)
CONTEXT = (*CONTAINER, "securityContext")
ECHO, AKS, CAPTURE = "k8s/systems/echo", "k8s/systems/aks-clientip", "k8s/capture"
BASE, SHIFT = "k8s/stickler/base", "k8s/stickler/overlays/openshift"
BROADCAST, LEADER = "k8s/systems/headless-broadcast", "k8s/systems/leader"

PLAIN = {"app.kubernetes.io/part-of": "stickler"}

MUTATIONS = [
    (AKS, "Deployment/udp-server", put(*CONTEXT, "privileged", True), "is privileged"),
    (AKS, "Deployment/udp-server", put(*CONTEXT, "allowPrivilegeEscalation", None), "Escalation"),
    (AKS, "Deployment/udp-server", put(*CONTEXT, "readOnlyRootFilesystem", False), "readOnly"),
    (AKS, "Deployment/udp-server", put(*CONTEXT, "capabilities", {}), "drop all"),
    (AKS, "Deployment/udp-server", put(*CONTEXT, "capabilities", "add", ["NET_RAW"]), "adds"),
    (AKS, "Deployment/udp-server", put(*TEMPLATE, "securityContext", "runAsNonRoot", None), "runAsNonRoot"),
    (AKS, "Deployment/udp-server", put(*TEMPLATE, "securityContext", "seccompProfile", None), "seccompProfile"),
    (AKS, "Deployment/udp-server", put(*TEMPLATE, "hostNetwork", True), "hostNetwork"),
    (AKS, "Deployment/udp-server", put(*TEMPLATE, "hostPID", True), "hostPID"),
    (AKS, "Deployment/udp-server", put(*TEMPLATE, "automountServiceAccountToken", None), "automount"),
    (AKS, "Deployment/udp-server", put(*TEMPLATE, "volumes", [{"name": "a", "hostPath": {"path": "/"}}]), "hostPath"),
    (AKS, "Deployment/udp-server", put(*CONTAINER, "resources", "limits", {}), "limits memory"),
    (AKS, "Deployment/udp-server", put(*CONTAINER, "image", "docker.io/stickler"), "is not ours"),
    (AKS, "Deployment/udp-server", put(*CONTAINER, "ports", 0, "protocol", None), "no protocol"),
    (AKS, "Deployment/udp-server", put(*CONTAINER, "readinessProbe", None), "readinessProbe"),
    (AKS, "Deployment/udp-server", put(*CONTAINER, "args", ["$(NO_SUCH)"]), "not set"),
    (AKS, "Deployment/udp-server", put("spec", "selector", "matchLabels", {"a": "b"}), "its own pods"),
    (AKS, "Service/udp-server", put("spec", "ipFamilyPolicy", "SingleStack"), "PreferDualStack"),
    (AKS, "Service/udp-server", put("spec", "selector", {"a": "b"}), "selects no pod"),
    (AKS, "Service/udp-server", put("spec", "ports", 0, "targetPort", "other"), "no pod has a UDP port"),
    (AKS, "Service/udp-server", put("spec", "ports", 0, "protocol", "TCP"), "no pod has a TCP port"),
    (AKS, "Service/udp-server", put("metadata", "labels", {}), "part of stickler"),
    (LEADER, "StatefulSet/leader", put("spec", "serviceName", "leader"), "no headless Service"),
    (ECHO, "Namespace/echo-server", put("metadata", "labels", {}), "Pod Security"),
    (CAPTURE, "DaemonSet/stickler-capture", put(*CONTEXT, "capabilities", "add", ["SYS_ADMIN"]), "adds"),
    (CAPTURE, "DaemonSet/stickler-capture", put(*CONTAINER, "volumeMounts", 0, "name", "other"), "no volume"),
    (BROADCAST, "Service/headless-udp", put("spec", "clusterIP", None), "not what the kustomization"),
    (BASE, "ClusterRole/stickler-collector", put("rules", 0, "resources", ["pods", "secrets"]), "may"),
    (BASE, "ClusterRole/stickler-collector", put("rules", 0, "verbs", ["get", "list", "watch", "delete"]), "may"),
    (BASE, "ClusterRole/stickler-collector", put("rules", 1, "resources", []), "asks for"),
    (BASE, "ClusterRoleBinding/stickler-collector", put("subjects", 0, "name", "stickler-agent"), "given something"),
    (BASE, "ServiceAccount/stickler-agent", put("automountServiceAccountToken", None), "automount"),
    (BASE, "DaemonSet/stickler-agent", put(*TEMPLATE, "automountServiceAccountToken", True), "automount"),
    (BASE, "DaemonSet/stickler-agent", put(*CONTEXT, "capabilities", "add", 0, "NET_ADMIN"), "adds"),
    (BASE, "DaemonSet/stickler-agent", put(*TEMPLATE, "hostNetwork", None), "hostNetwork"),
    (BASE, "StatefulSet/stickler-collector", put(*TEMPLATE, "hostNetwork", True), "hostNetwork"),
    (BASE, "NetworkPolicy/stickler-collector", put("spec", "podSelector", "matchLabels", {"a": "b"}), "selects no pod"),
    (BASE, "PodDisruptionBudget/stickler-collector", put("spec", "selector", {"matchLabels": {"a": "b"}}), "no pod"),
    (BASE, "Namespace/stickler", put("metadata", "labels", PLAIN), "Pod Security"),
    (SHIFT, "SecurityContextConstraints/stickler-agent", put("allowPrivilegedContainer", True), "allowPrivileged"),
    (SHIFT, "SecurityContextConstraints/stickler-agent", put("allowedCapabilities", ["SYS_ADMIN"]), "allowedCapab"),
    (SHIFT, "Role/stickler-agent-scc", put("rules", 0, "resourceNames", None), "by its name"),
]

# What only the schemas can know.
OF_SCHEMAS = [
    (AKS, "Deployment/udp-server", put("spec", "replicaCount", 3), "replicaCount"),
    (AKS, "Deployment/udp-server", put(*CONTAINER, "ports", 0, "containerPort", "twenty"), "twenty"),
    (AKS, "Deployment/udp-server", put("kind", "Deploiment"), "neither of Kubernetes"),
]


def check(sets):
    problems = []
    versions = schemas.minors()
    if not versions:
        print(f"kubernetes-validate is not there (PyPI): {len(OF_SCHEMAS)} of {len(MUTATIONS + OF_SCHEMAS)} mutations are "
              "left out, those that only Kubernetes' schemas can notice")
    for place, name, change, expected in MUTATIONS + (OF_SCHEMAS if versions else []):
        broken = dict(sets)
        broken[place] = copy.deepcopy(sets[place])
        change(next(item for item in broken[place] if title(item) == name))
        said = security.check(broken) + agreement.check(broken) + schemas.check({place: broken[place]})[0]
        if not any(expected in line for line in said):
            problems.append(f"{place}: {name}: a mutation goes unnoticed, nothing says '{expected}': {said}")
    return problems + check_charts(sets)


def check_charts(sets):
    """The chart is held against the overlays: what differs must be noticed."""
    changes = [(SHIFT, "SecurityContextConstraints/stickler-agent"), (BASE, "DaemonSet/stickler-agent")]
    if charts.name(BASE) not in sets:
        print(f"helm-python-sdk is not there (PyPI): {len(changes)} mutations are left out, those that only the chart shows")
        return []
    problems = []
    for place, name in changes:
        broken = copy.deepcopy(sets[place])
        next(item for item in broken if title(item) == name)["metadata"]["labels"]["broken"] = "yes"
        if not any(name in line for line in charts.compare(place, broken, sets[charts.name(place)])):
            problems.append(f"{place}: {name}: the chart makes another, and nothing says so")
    return problems
