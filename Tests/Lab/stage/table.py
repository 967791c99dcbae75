"""What came out, for people and for the README."""

import collections


def is_bad(result):
    return bool(result.get("error") or any(j["problems"] for j in result["judgements"].values()))


def line(result):
    """One scenario's outcome."""
    name = f"{result['scenario']} {result['variant']}".strip()
    if result.get("error"):
        return f"{name:34} could not be played: {result['error']}"
    known, packets = result["judgements"]["inventory"], result["judgements"]["packets"]
    text = (
        f"{name:34} {result['datagrams']:6} datagrams  {' '.join(known['found']) or '-':14}"
        f" precision {known['precision']:.4f} recall {known['recall']:.4f}"
        f"  (packets alone: {packets['precision']:.4f} {packets['recall']:.4f}, {' '.join(packets['found']) or '-'})"
    )
    for kind, word in (("inventory", ""), ("packets", "without inventory: ")):
        text += "".join(f"\n    {word}{problem}" for problem in result["judgements"][kind]["problems"])
    return text


def rows(results):
    """For each mode: where it happened, where it was found, where else it was told, and of whom."""
    modes = collections.defaultdict(lambda: collections.Counter())
    for result in results:
        known = result["judgements"].get("inventory", {"found": [], "members": {}})
        for mode in set(result["modes"]) | set(known["found"]):
            row = modes[mode]
            row["expected"] += mode in result["modes"]
            row["found"] += mode in result["modes"] and mode in known["found"]
            row["elsewhere"] += mode not in result["modes"]
        for mode, (told, hit, truly) in known["members"].items():
            modes[mode].update(told=told, hit=hit, truly=truly)
    order = sorted(modes, key=lambda mode: (mode[0], int(mode[1:])))
    for mode in order:
        row = modes[mode]
        precision = f"{row['hit'] / row['told']:.4f}" if row["told"] else "-"
        recall = f"{row['hit'] / row['truly']:.4f}" if row["truly"] else "-"
        members = f"{row['hit']}/{row['truly']}" if row["truly"] else "-"
        yield [mode, f"{row['found']}/{row['expected']}", str(row["elsewhere"]), members, precision, recall]


HEAD = ["mode", "found in", "told elsewhere", "sessions", "precision", "recall"]


def text(results):
    lines = [HEAD, *rows(results)]
    widths = [max(len(cell) for cell in column) for column in zip(*lines)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in lines)


def markdown(results):
    """The table for the README, and what was placed of all."""
    lines = ["| " + " | ".join(HEAD) + " |", "|---" * len(HEAD) + "|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows(results)]
    return "\n".join([*lines, "", summary(results), ""])


def summary(results):
    """How well datagrams were placed, over all scenarios."""
    played = [result for result in results if not result.get("error")]
    text = f"{len(played)} scenarios and variants, {sum(result['datagrams'] for result in played):,} datagrams"
    for kind, words in (("inventory", "with the inventory"), ("packets", "without it")):
        least = [min(result["judgements"][kind][what] for result in played) for what in ("precision", "recall")]
        text += f"; {words} no placement's precision was below {least[0]:.4f}, no recall below {least[1]:.4f}"
    clean = sum(result["scenario"].startswith("clean") for result in played)
    return text + f". In {clean} of them nothing goes wrong, and nothing is told but that policy Cluster is C1."
