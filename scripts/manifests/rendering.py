"""What is in k8s/, as objects: each kustomization as kubectl renders it, and files that go by themselves."""

import pathlib
import re
import shutil
import subprocess

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "k8s"


class Problem(Exception):
    """Something that cannot even be rendered."""


def kustomizations():
    """The folders that `kubectl apply -k` takes."""
    return sorted(path.parent for path in FOLDER.rglob("kustomization.yaml"))


def name(path):
    return str(path.relative_to(ROOT))


def render(folder):
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        raise Problem("kubectl is missing: apt-get install kubernetes-client")
    done = subprocess.run([kubectl, "kustomize", str(folder)], capture_output=True, text=True)
    if done.returncode:
        raise Problem(f"{name(folder)}: kubectl kustomize: {done.stderr.strip()}")
    return objects(done.stdout)


def objects(text):
    return [item for item in yaml.load_all(text, Loader=yaml.CSafeLoader) if item]


def single_files():
    """Manifests that no kustomization names, by file: what is applied by itself, and templates of OpenShift."""
    named = set()
    for folder in kustomizations():
        listed = yaml.safe_load((folder / "kustomization.yaml").read_text())
        for word in re.findall(r"[\w./-]+\.yaml", yaml.safe_dump(listed)):
            named.add((folder / word).resolve())
    found = {}
    for path in sorted(FOLDER.rglob("*.yaml")):
        if path in named or path.name == "kustomization.yaml" or "helm" in path.relative_to(FOLDER).parts:
            continue
        found[path] = objects(path.read_text())
    return found


def process(template, **parameters):
    """The objects of a template of OpenShift, as `oc process` makes them."""
    values = {item["name"]: item.get("value") for item in template.get("parameters", [])} | parameters
    text = yaml.safe_dump_all(template["objects"])
    for key, value in values.items():
        text = text.replace("'${{%s}}'" % key, str(value)).replace("${{%s}}" % key, str(value))
        text = text.replace("${%s}" % key, str(value))
    made = objects(text)
    for item in made:
        for key, value in template.get("labels", {}).items():
            item["metadata"].setdefault("labels", {})[key] = value
    return made


def everything():
    """All sets of objects, by the name of what a user applies."""
    sets = {name(folder): render(folder) for folder in kustomizations()}
    for path, items in single_files().items():
        if any(item.get("kind") == "Template" for item in items):
            items = items + [made for item in items for made in process(item, IMAGE="stickler")]
        sets[name(path)] = items
    return sets


def title(item):
    return f'{item["kind"]}/{item["metadata"]["name"]}'


def pod_spec(item):
    """The pods that an object makes: their spec and metadata; nothing where it makes none."""
    spec = item.get("spec") or {}
    if item["kind"] == "Pod":
        return spec, item["metadata"]
    if item["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    if item["kind"] in ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"):
        return spec["template"]["spec"], spec["template"]["metadata"]
    return None


def containers(spec):
    return spec.get("initContainers", []) + spec["containers"]
