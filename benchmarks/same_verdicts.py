# ruff: noqa: INP001 - a script that is started by its path, and no package
"""Compares two states of the suite verdict for verdict: `python benchmarks/same_verdicts.py BEFORE AFTER`.

BEFORE and AFTER are two ``run.json`` or two ``matrix.json`` (of `conformance defects`), written by any
version of the suite. Each difference is one line, and the exit code is 1 then. A redesign leaves none.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Facts = Mapping[str, str]
"""What one file says, by a name that both states of the suite give it."""


def facts_of_run(document: Mapping[str, Any]) -> Facts:
    """Return the outcome of each requirement on each operation, and the exit code of the run."""
    verdicts = {f"{v['requirement']}@{v['operation']}": v["verdict"] for v in document["verdicts"]}
    return verdicts | {"exit code": str(document["exit_code"])}


def facts_of_matrix(document: Mapping[str, Any]) -> Facts:
    """Return what is violated and what could not be judged in each case, with its exit code."""
    found: dict[str, str] = {}
    for case in document["cases"]:
        name = case["name"]
        found[f"{name}: exit code"] = str(case["exit_code"])
        found[f"{name}: error"] = case["error"]
        found |= {f"{name}: {pair}": "violated" for pair in case["seen"]}
        found |= {f"{name}: {pair}": "not judged" for pair in case["unjudged"]}
    return found


def differences(before: Facts, after: Facts) -> Iterator[str]:
    """Yield a line for each fact that is not the same on both sides."""
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name, "nothing"), after.get(name, "nothing")
        if old != new:
            yield f"{name}: {old} -> {new}"


def read(path: Path) -> Facts:
    """Return the facts of a file; ``SystemExit`` where it is neither a run nor a matrix."""
    document = json.loads(path.read_text(encoding="utf-8"))
    if "cases" in document:
        return facts_of_matrix(document)
    if "verdicts" in document:
        return facts_of_run(document)
    raise SystemExit(f"{path}: neither a run.json nor a matrix.json")


def main(arguments: list[str]) -> int:
    """Compare the two named files."""
    if len(arguments) != 2:  # noqa: PLR2004 - BEFORE and AFTER
        raise SystemExit(__doc__)
    before, after = (read(Path(each)) for each in arguments)
    lines = list(differences(before, after))
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.write(f"{len(lines)} of {len(before.keys() | after.keys())} facts differ\n")
    return int(bool(lines))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
