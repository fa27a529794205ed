# ruff: noqa: INP001 - a script that is started by its path, and no package
"""How soon a run of few requests sees most: the area under the catch curve, in the usual order and by worth.

    python benchmarks/worth.py
    python benchmarks/worth.py --peer 12        # and `st run` on every twelfth defect, which it stops at

Judges the emulator twice with one seed. A known defect counts as caught at the last request of the first
verdict on one of the pairs that it violates (`specs/defect-signatures.json`); 1.0 would be all at once. Tells
too whether the verdicts are the same. Prints JSON.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from peers import schemathesis

from conformance.analysis.diagnosis import known_signatures
from conformance.claims.requirements import load_claims
from conformance.cli.defects import known_cases
from conformance.results.exchange_log import recorded_exchanges
from conformance.results.model import RunReport
from conformance.results.run_json import load_run

LIMIT = "500"
"""What a quick run may send anyway: only the order differs."""
POINTS = (25, 50, 100, 200, 400)
NEVER = 10**6


def main() -> None:
    """Judge in both orders and print the areas."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--peer", type=int, default=0, help="`st run` on every so many of the defects")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        runs = {
            "usual": judged(Path(name) / "usual"),
            "by worth": judged(Path(name) / "worth", "--max-requests", LIMIT),
        }
        found: dict[str, Any] = {order: curve(run) for order, run in runs.items()}
        if asked.peer:
            found["sample"] = sample(runs["by worth"], asked.peer)
    verdicts = [[(verdict.pair, verdict.outcome) for verdict in run.verdicts] for run in runs.values()]
    same = verdicts[0] == verdicts[1]
    sys.stdout.write(json.dumps({**found, "same verdicts": same}, indent=2) + "\n")


def judged(folder: Path, *options: str) -> RunReport:
    """Judge the emulator and return the report."""
    words = ("run", "--seed", "7", "--report-dir", str(folder), "--quiet", *options)
    subprocess.run([sys.executable, "-m", "conformance", *words], check=True, stdout=sys.stderr)  # noqa: S603 - our own program
    return load_run(folder)


def curve(run: RunReport) -> dict[str, object]:
    """Return the area under the catch curve of a run, and how many defects were caught by some requests."""
    caught = caught_at(run).values()
    total = sum(1 for _ in recorded_exchanges(run.folder))
    area = sum(1 - min(each / total, 1) for each in caught) / len(caught)
    return {
        "requests": total,
        "area": round(area, 3),
        "defects": len(caught),
        "caught by request": by(caught),
    }


def caught_at(run: RunReport) -> dict[str, int]:
    """Return after how many requests of the run each known defect would have been caught."""
    places = {exchange.id: number for number, exchange in enumerate(recorded_exchanges(run.folder), 1)}
    first: dict[str, int] = {
        "@".join(verdict.pair): max(places[each] for each in verdict.evidence)
        for verdict in run.verdicts
        if verdict.evidence and all(each in places for each in verdict.evidence)
    }
    return {
        each.defect: min((first[pair] for pair in each.signs if pair in first), default=NEVER)
        for each in known_signatures()
    }


def by(caught: Iterable[int]) -> dict[str, int]:
    """Return how many were caught by some requests."""
    numbers = list(caught)
    return {str(point): sum(each <= point for each in numbers) for point in POINTS}


def sample(run: RunReport, every: int) -> dict[str, object]:
    """Return both curves for some of the defects; `st run` ends with its first failure."""
    ours = caught_at(run)
    cases = [case for case in known_cases(load_claims()) if case.name in ours and not case.concurrent][
        ::every
    ]
    theirs = []
    for case in cases:
        seen = schemathesis(case, "--max-failures", "1")
        theirs.append(seen.requests if seen.red else NEVER)
    return {"defects": len(cases), "suite": by(ours[case.name] for case in cases), "st run": by(theirs)}


if __name__ == "__main__":
    main()
