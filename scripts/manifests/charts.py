"""Whether the Helm chart makes the objects that the overlays make, and refuses values that make no sense."""

import rendering
from rendering import title

CHART = rendering.FOLDER / "helm/stickler"

# The values that stand for each overlay.
SMALL = {"requests": {"cpu": "20m", "memory": "48Mi", "ephemeral-storage": "64Mi"}}
VALUES = {
    "k8s/stickler/base": {},
    "k8s/stickler/overlays/minimal": {
        "agent": {"resources": SMALL},
        "collector": {
            "resources": {"requests": {"cpu": "50m", "memory": "128Mi"}}, "persistence": {"enabled": False},
        },
    },
    "k8s/stickler/overlays/openshift": {"openshift": {"enabled": True}},
    "k8s/stickler/overlays/prometheus": {"prometheus": {"enabled": True}},
    "k8s/stickler/overlays/tls": {"tls": {"enabled": True}},
}

# Values that the schema must refuse, each with a word of why.
REFUSED = [
    ({"imag": {}}, "imag"),
    ({"image": {"tag": 1}}, "tag"),
    ({"image": {"pullPolicy": "Sometimes"}}, "pullPolicy"),
    ({"agent": {"resources": {"limits": {"memory": "lots"}}}}, "memory"),
    ({"agent": {"maxUnavailable": "some"}}, "maxUnavailable"),
    ({"agent": {"arguments": ["spool"]}}, "arguments"),
    ({"agent": {"evidenceRing": "64"}}, "evidenceRing"),
    ({"collector": {"keep": "for ever"}}, "keep"),
    ({"networkPolicy": {"nodes": []}}, "nodes"),
    ({"tls": {"enabled": "yes"}}, "enabled"),
]


def render(chart, values):
    made = chart.render(values, name="stickler", namespace="stickler")
    return [item for path in sorted(made) if path.endswith(".yaml") for item in rendering.objects(made[path])]


def name(place):
    """What the chart's objects for an overlay are called among all sets."""
    return f"k8s/helm/stickler as {place.rsplit('/', 1)[1]}"


def check(sets):
    try:
        import helm_python as helm
    except ImportError:
        print("helm-python-sdk is not there (PyPI): the chart is not rendered")
        return [], {}
    problems, rendered = [], {}
    report = helm.lint(str(CHART), strict=True, namespace="stickler")
    problems += [f"k8s/helm/stickler: lint: {error}" for error in report["errors"]]
    warnings = [one for one in report["messages"] if one["severity"] == 2]
    problems += [f"k8s/helm/stickler: lint: {one['path']}: {one['error']}" for one in warnings]
    # Alert rules and dashboard are linked into the chart's files.
    monitoring = [] if (CHART / "files").exists() else sets.get("k8s/stickler/monitoring", [])
    without = {title(item) for item in monitoring}
    with helm.Chart.load(str(CHART)) as chart:
        for place, values in VALUES.items():
            made = render(chart, values | {"image": {"tag": "latest"}})
            rendered[name(place)] = made
            problems += compare(place, [item for item in sets[place] if title(item) not in without], made)
        problems += evidence(chart)
        for values, word in REFUSED:
            problems += refuse(helm, chart, values, word)
    return problems, rendered


def evidence(chart):
    """What no overlay has: agents that keep packets, where the values say so."""
    for item in render(chart, {"agent": {"evidenceRing": "64MB"}}):
        if item["kind"] == "DaemonSet":
            words = item["spec"]["template"]["spec"]["containers"][0]["args"]
            if "--evidence-ring=64MB" not in words:
                yield f"k8s/helm/stickler: agent.evidenceRing is not passed on: {words}"


def compare(place, ours, its):
    ours, its = ({title(item): item for item in items} for items in (ours, its))
    for name in sorted(set(ours) | set(its)):
        if name not in its or name not in ours:
            yield f"k8s/helm/stickler: {name} is {'not ' if name not in its else ''}made for {place}"
        elif ours[name] != its[name]:
            yield f"k8s/helm/stickler: {name} is not that of {place}: {difference(ours[name], its[name])}"


def difference(ours, its, path=""):
    """Where two objects differ first."""
    if isinstance(ours, dict) and isinstance(its, dict):
        for key in sorted(set(ours) | set(its)):
            if ours.get(key) != its.get(key):
                return difference(ours.get(key), its.get(key), f"{path}.{key}")
    if isinstance(ours, list) and isinstance(its, list) and len(ours) == len(its):
        for number, (one, other) in enumerate(zip(ours, its)):
            if one != other:
                return difference(one, other, f"{path}[{number}]")
    return f"{path} is {its}, not {ours}"


def refuse(helm, chart, values, word):
    try:
        chart.validate_schema(chart.merge_values(values))
    except helm.HelmError as error:
        return [] if word in str(error) else [f"k8s/helm/stickler: {values} is refused without '{word}': {error}"]
    return [f"k8s/helm/stickler: {values} is not refused"]
