"""Holds a report against the truth."""

import collections
import json
import subprocess

from .kernel import LabError
from .traffic import BIN


class Judgement:
    """How a report of one kind (with the inventory or without) compares with the truth."""

    def __init__(self, report, truth, scenario, has_inventory):
        self.problems = []
        self.modes = {f["mode"] for f in report["findings"] if f["mode"]}
        self.undetermined = {mode for doubt in report["undetermined"] for mode in doubt["modes"]}
        self._compare_placements(report, truth, scenario)
        self._compare_modes(report, truth, scenario, has_inventory)
        self._compare_clients(report, truth, scenario)
        self._compare_statements(report, truth, scenario)

    def _compare_placements(self, report, truth, scenario):
        told, moves, placements = collections.Counter(), collections.Counter(), truth.placements
        for session in report["sessions"]:
            who = (session["client"], session["front"])
            moves[who] += max(0, len(session["placements"]) - 1)
            for place in session["placements"]:
                told[(*who, place["backend"], place["seen_source"])] += place["datagrams"]
        for key in list(told):
            is_deaf = key[2].rpartition(":")[0].strip("[]") in truth.deaf
            if not scenario.arrives or (is_deaf and key in placements):
                told[key] = min(told[key], placements[key])
        if not scenario.judges_origins:
            told, placements = without_origins(told), without_origins(placements)
        hit = sum(min(count, told[key]) for key, count in placements.items())
        self.precision = hit / sum(told.values()) if told else 1.0
        self.recall = hit / sum(placements.values()) if placements else 1.0
        if self.precision < 1:
            wrong = next(key for key in told if told[key] > placements[key])
            self.problems.append(f"{' '.join(wrong)}: told {told[wrong]}, in truth {placements[wrong]}")
        if self.recall < scenario.least_recall:
            missing = next(key for key, count in placements.items() if told[key] < count)
            self.problems.append(f"{' '.join(missing)}: told {told[missing]}, in truth {placements[missing]}")
        if scenario.judges_order and scenario.judges_origins:
            for who, places in truth.order.items():
                if moves[who] != len(places) - 1:
                    self.problems.append(f"{who[0]}: {moves[who]} moves told, in truth {len(places) - 1}")
                    break

    def _compare_modes(self, report, truth, scenario, has_inventory):
        expected = set(scenario.modes)
        optional = set(scenario.optional)
        if has_inventory or scenario.without is not None:
            wanted = expected if has_inventory else set(scenario.without)
            self.missing = wanted - self.modes
            self.extra = self.modes - wanted - optional
        else:
            # Without the inventory less is told, and nothing else.
            self.missing = set()
            self.extra = self.modes - expected - optional
        self.problems += [f"{mode} not found" for mode in sorted(self.missing)]
        self.problems += [f"{mode} told where it did not happen" for mode in sorted(self.extra)]
        if has_inventory and scenario.verdict and report["verdict"] != scenario.verdict:
            self.problems.append(f"the verdict is {report['verdict']}, not {scenario.verdict}")
        # For each mode: of how many sessions it was told, how many of those it happened to, and to how many it did.
        self.members = {}
        for mode in expected & self.modes:
            truly = scenario.members(mode, truth)
            if truly is None:
                continue
            told = {f["client"] for f in report["findings"] if f["mode"] == mode}
            self.members[mode] = (len(told), len(told & truly), len(truly))
            if has_inventory and scenario.exact and told != truly:
                odd = sorted(told ^ truly)[0]
                word = "not told of" if odd in truly else "told of, but it did not happen to"
                self.problems.append(f"{mode}: {word} {odd} ({len(told)} told, {len(truly)} in truth)")

    def _compare_statements(self, report, truth, scenario):
        """Pods say in each answer who they are and whom they saw: what is right is confirmed and never contradicted."""
        for one in report["contradictions"]:
            place = one["placement"]
            if truth.placements[(one["client"], one["front"], place["backend"], place["seen_source"])]:
                self.problems.append(f"{one['client']}: wrongly contradicted: {one['because']}")
                break
        self.confirmed = report["statements"]["confirmed"]
        if truth.placements and not scenario.modes and not self.confirmed:
            self.problems.append("no pod's own answer confirms anything")

    def _compare_clients(self, report, truth, scenario):
        """What clients could see themselves, the report must see too."""
        if not scenario.judges_clients or not scenario.judges_origins:
            return
        sessions = {(s["client"], s["front"]): s for s in report["sessions"]}
        for result in truth.results:
            for client in result["clients"]:
                who = (truth.name(client), result["target"])
                places = sessions[who]["placements"] if who in sessions else []
                if client["answered"] < client["sent"] or len(places) == 0:
                    continue
                pods = sum(a["backend"] != b["backend"] for a, b in zip(places, places[1:]))
                seen = sum(a["seen_source"] != b["seen_source"] for a, b in zip(places, places[1:]))
                if (pods, seen) != (client["pod_changes"], client["reflective_changes"]):
                    self.problems.append(
                        f"{who[0]}: {pods} changes of pod and {seen} of the seen source, but the client saw "
                        f"{client['pod_changes']} and {client['reflective_changes']}"
                    )
                    return


def without_origins(placements):
    merged = collections.Counter()
    for (_, _, *place), count in placements.items():
        merged[tuple(place)] += count
    return merged


def analyze(folder, name, options, captures=None):
    """Has Stickler judge the captures, those of the folder unless told; gives its report."""
    output = folder / f"report-{name}.json"
    captures = sorted(map(str, [*folder.glob("n?.pcap"), *folder.glob("n?.ring")] if captures is None else captures))
    words = [str(BIN / "stickler"), "analyze", *captures, *options]
    done = subprocess.run([*words, "--format", "json", "-o", str(output)], capture_output=True, text=True)
    if done.returncode not in (0, 1, 2):
        raise LabError(f"stickler analyze: status {done.returncode}: {done.stderr.strip()[-400:]}")
    report = json.loads(output.read_text())
    if report["exit_code"] != done.returncode:
        raise LabError(f"stickler analyze: status {done.returncode}, but its report says {report['exit_code']}")
    return report
