"""Whether an API server would take every object: the newest three minors that PyPI's kubernetes-validate knows."""

import functools

import security
from rendering import title

# Kinds that come with an operator or a distribution: no minor's schema has them, so that each is asserted here in what
# we use of it. A kind that is neither known nor listed is a failure.
OTHERS = {}


def other(api_version, kind):
    def keep(check):
        OTHERS[api_version, kind] = check
        return check
    return keep


def only(value, allowed, where):
    return [f"{where} has {key}, which it cannot have" for key in sorted(set(value) - set(allowed))]


@other("template.openshift.io/v1", "Template")
def check_template(item):
    top = {"apiVersion", "kind", "metadata", "parameters", "objects", "labels", "message"}
    problems = only(item, top, "a Template")
    names = [parameter["name"] for parameter in item["parameters"]]
    for parameter in item["parameters"]:
        problems += only(parameter, {"name", "displayName", "description", "value", "required"}, "a parameter")
        if not parameter.get("required") and "value" not in parameter:
            problems.append(f'parameter {parameter["name"]} is neither required nor has a value')
    if len(set(names)) != len(names) or not item["objects"]:
        problems.append("parameters are named twice, or there are no objects")
    return problems


@other("crd.projectcalico.org/v1", "BGPConfiguration")
def check_bgp_configuration(item):
    problems = only(item["spec"], {"asNumber", "serviceExternalIPs"}, "spec")
    if item["metadata"]["name"] != "default":
        problems.append("only the BGPConfiguration default is used for all nodes")
    for block in item["spec"]["serviceExternalIPs"]:
        problems += only(block, {"cidr"}, "serviceExternalIPs")
    return problems


@other("crd.projectcalico.org/v1", "BGPPeer")
def check_bgp_peer(item):
    problems = only(item["spec"], {"peerIP", "asNumber"}, "spec")
    if not isinstance(item["spec"]["asNumber"], int):
        problems.append("asNumber is no number")
    return problems


@other("monitoring.coreos.com/v1", "ServiceMonitor")
def check_service_monitor(item):
    problems = only(item["spec"], {"selector", "endpoints"}, "spec")
    return problems + [problem for one in item["spec"]["endpoints"] for problem in check_scraping(one)]


@other("monitoring.coreos.com/v1", "PodMonitor")
def check_pod_monitor(item):
    problems = only(item["spec"], {"selector", "podMetricsEndpoints"}, "spec")
    return problems + [problem for one in item["spec"]["podMetricsEndpoints"] for problem in check_scraping(one)]


def check_scraping(endpoint):
    problems = only(endpoint, {"port", "path", "interval", "authorization", "relabelings"}, "an endpoint")
    if endpoint["path"] != "/metrics" or endpoint["authorization"]["type"] != "Bearer":
        problems.append("it does not ask for /metrics with a token")
    return problems + only(endpoint["authorization"]["credentials"], {"name", "key"}, "credentials")


@other("monitoring.coreos.com/v1", "PrometheusRule")
def check_rules(item):
    """Whether Prometheus takes the rules themselves is tested with what the collector tells."""
    problems = only(item["spec"], {"groups"}, "spec")
    for group in item["spec"]["groups"]:
        problems += only(group, {"name", "interval", "rules"}, "a group")
        for rule in group["rules"]:
            problems += only(rule, {"alert", "expr", "for", "labels", "annotations"}, "a rule")
            if rule["labels"].get("severity") not in ("info", "warning", "critical"):
                problems.append(f"{rule['alert']} has no severity")
    return problems


@other("security.openshift.io/v1", "SecurityContextConstraints")
def check_scc(item):
    problems = []
    for word in ("allowPrivilegedContainer", "allowPrivilegeEscalation", "defaultAllowPrivilegeEscalation",
                 "allowHostPID", "allowHostIPC", "allowHostDirVolumePlugin"):
        if item.get(word) is not False:
            problems.append(f"{word} is not false")
    wanted = {
        "allowedCapabilities": security.CAPABILITIES, "requiredDropCapabilities": ["ALL"], "defaultAddCapabilities": [],
        "readOnlyRootFilesystem": True, "seccompProfiles": ["runtime/default"], "volumes": ["emptyDir", "secret"],
        "allowHostNetwork": True, "users": [], "groups": [],
    }
    problems += [f"{word} is {item.get(word)}" for word, value in wanted.items() if item.get(word) != value]
    for word in ("runAsUser", "fsGroup", "supplementalGroups", "seLinuxContext"):
        if item.get(word, {}).get("type") not in ("RunAsAny", "MustRunAs"):
            problems.append(f"{word} has no type")
    return problems


def minors():
    """The newest three, or nothing where kubernetes-validate is not there."""
    try:
        from kubernetes_validate import utils
    except ImportError:
        return []
    # It reads all definitions anew for every object.
    utils.schema_contents = functools.lru_cache(None)(utils.schema_contents)
    return sorted(set(utils.all_versions()), key=lambda version: [int(part) for part in version.split(".")])[-3:]


def validate(item, version):
    from kubernetes_validate import utils
    try:
        utils.validate(item, version, strict=True)
    except utils.SchemaNotFoundError:
        return [f'{item["apiVersion"]} {item["kind"]} is neither of Kubernetes {version} nor listed in schemas.py']
    except utils.ValidationError as error:
        return [f"{error.json_path}: {error.message} (Kubernetes {version})"]
    return []


def check(sets):
    problems = []
    versions = minors()
    for place, items in sets.items():
        for item in items:
            where = f"{place}: {title(item)}"
            asserted = OTHERS.get((item["apiVersion"], item["kind"]))
            if asserted:
                problems += [f"{where}: {problem}" for problem in asserted(item)]
                continue
            for version in versions:
                problems += [f"{where}: {problem}" for problem in validate(item, version)]
    return problems, versions
