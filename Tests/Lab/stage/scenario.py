"""Scenario files, and how one is played."""

import dataclasses
import functools
import importlib.util
import json
import math
import os
import pathlib

from .judge import Judgement, analyze
from .lab import Lab
from .pair import PROMPT, delays, differences, inventions
from .truth import Truth

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "scenarios"

# Modes that tell of sessions which moved, of clients whose flows parted, and of sessions that were not answered.
MOVES = {"A1", "A2", "A3", "A4", "A5", "A6", "A7", "A13", "A14", "A15", "A17", "C4"}
SPLITS = {"A8", "A9", "A10", "A11", "A18"}
LOSSES = {"B6", "B9", "B1", "B2", "B3", "B5", "B7", "B8", "B12", "B13", "B14", "B17", "B19", "C5", "C6", "C10"}


@dataclasses.dataclass
class Scenario:
    """What a file in `scenarios/` says, in one of its variants."""

    name: str
    title: str
    play: object
    # The modes that must be found, and no others.
    modes: list
    # Modes that may be found or not: chance decides whether they happen.
    optional: list = ()
    # The modes that must be found without the inventory; None for any of `modes`.
    without: list | None = None
    verdict: str = ""
    # Which of the clients a mode happened to is known from the truth alone.
    exact: bool = True
    judges_order: bool = True
    judges_clients: bool = True
    least_recall: float = 1.0
    # Whether what was sent towards a pod reached it; what was lost on the last stretch is in no server's log.
    arrives: bool = True
    # Whether it can be seen who asked for what: a node's own clients are translated before anyone sees them.
    judges_origins: bool = True
    # The modes that happened, where that is known only afterwards, from the truth.
    happened: object = None
    # Whether it is about agents and their collector, and is played only where they are.
    needs_pair: bool = False
    # Whether it is the one of its mode that a sample is kept of.
    is_sample: bool = True
    # What `Lab` is made with.
    setup: dict = dataclasses.field(default_factory=dict)
    variant: str = ""

    def members(self, mode, truth):
        """The clients to whom a mode happened; None where the logs alone cannot say."""
        kinds = (
            (MOVES, {client for client, _ in truth.moved}),
            (SPLITS, truth.split),
            (LOSSES, {client for client, _ in truth.unanswered}),
        )
        for kind, clients in kinds:
            if mode in kind and not (kind & set(self.modes)) - {mode}:
                return clients
        return None

    @property
    def full_name(self):
        return f"{self.name} {self.variant}".strip()


def load(prefix=""):
    """The scenarios whose names begin so, every variant of them."""
    found = []
    for path in sorted(FOLDER.glob("*.py"), key=order):
        if not path.stem.lower().startswith(prefix.lower()):
            continue
        if prefix[-1:].isdigit() and path.stem[len(prefix) : len(prefix) + 1].isdigit():
            continue
        found += read(path)
    return [one for one in found if not one.needs_pair or os.environ.get("LAB_PAIR")]


def order(path):
    mode, _, rest = path.stem.partition("-")
    return (mode[:1], int(mode[1:]) if mode[1:].isdigit() else 0, rest)


def read(path):
    spec = importlib.util.spec_from_file_location(path.stem.replace("-", "_"), path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    fields = {field.name for field in dataclasses.fields(Scenario)} - {"name", "title", "play", "variant"}
    said = {name: value for name, value in vars(module).items() if name in fields}
    scenarios = []
    for variant, changes in getattr(module, "variants", {"": {}}).items():
        own = {**said, **{name: value for name, value in changes.items() if name in fields}}
        others = {name: value for name, value in changes.items() if name not in fields}
        own["setup"] = {**said.get("setup", {}), **others}
        scenarios.append(Scenario(path.stem, module.__doc__.strip(), module.play, variant=variant, **own))
    return scenarios


def play(scenario, folder, snap_length, keep=None):
    """Plays a scenario in namespaces that are the lab's own, and judges what Stickler makes of it.

    `keep` is given the lab and the truth of one in which nothing was told wrongly.
    """
    folder = pathlib.Path(folder)
    lab = Lab(folder, **scenario.setup, snap_length=snap_length)
    scenario.play(lab)
    lab.finish()
    truth = Truth(lab)
    if scenario.happened:
        scenario.modes = scenario.happened(truth)
    result = {"scenario": scenario.name, "variant": scenario.variant, "title": scenario.title}
    result |= {"modes": sorted(scenario.modes), "datagrams": sum(truth.placements.values()), "judgements": {}}
    for name in ("inventory", "packets"):
        report = analyze(folder, name, options(lab) if name == "inventory" else [])
        judgement = Judgement(report, truth, scenario, has_inventory=name == "inventory")
        if name == "inventory" and lab.evidence:
            judgement.problems += lab.evidence.problems(folder)
        if name == "inventory" and lab.is_watched_whole:
            judgement.problems += differences(lab.collected, report)
        elif name == "inventory" and lab.collected:
            judgement.problems += inventions(lab.collected, report)
        told = []
        if name == "inventory" and lab.collector and not scenario.needs_pair:
            told = delays(lab, functools.partial(options, lab))
            judgement.problems += [f"{mode} told, and not in the captures" for mode, late in told if late is None]
            told = [(mode, late) for mode, late in told if late is not None]
            judgement.problems += [f"{mode} told after {late:.1f} s" for mode, late in told if late > PROMPT]
        result["judgements"][name] = {
            "precision": judgement.precision,
            "recall": judgement.recall,
            "found": sorted(judgement.modes),
            "undetermined": sorted(judgement.undetermined),
            "members": judgement.members,
            "problems": judgement.problems,
            "delays": told,
        }
    if keep and not any(judged["problems"] for judged in result["judgements"].values()):
        keep(scenario, lab, truth)
    (folder / "result.json").write_text(json.dumps(result, indent=1) + "\n")
    return result


def options(lab, until=math.inf):
    """What somebody who knows the cluster would tell Stickler, up to a moment."""
    words = lab.options
    snapshots = sorted(lab.folder.glob("cluster-*.json"), key=lambda path: int(path.stem.split("-")[1]))
    for path in snapshots:
        if path.stat().st_mtime <= until:
            words += ["--inventory", str(path)]
    return words
