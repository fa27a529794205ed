# ruff: noqa: INP001 - a script that is started by its path, and no package
"""How soon a run of few requests sees most: the area under the catch curve, in the usual order and by worth.

    python benchmarks/worth.py

Judges the emulator twice with one seed. A known defect counts as caught at the last request of the first
verdict on one of the pairs that it violates (`specs/defect-signatures.json`); 1.0 would be all at once. Tells
too whether the verdicts are the same. Prints JSON.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from conformance.results.exchange_log import recorded_exchanges
from conformance.results.model import RunReport
from conformance.results.run_json import load_run
from conformance.run.pytest_plugin.worth import known_catches

LIMIT = "500"
"""What a quick run may send anyway: only the order differs."""
POINTS = (25, 50, 100, 200, 400)


def main() -> None:
    """Judge in both orders and print the areas."""
    with tempfile.TemporaryDirectory() as name:
        runs = {
            "usual": judged(Path(name) / "usual"),
            "by worth": judged(Path(name) / "worth", "--max-requests", LIMIT),
        }
        found = {order: curve(run) for order, run in runs.items()}
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
    places = {exchange.id: number for number, exchange in enumerate(recorded_exchanges(run.folder), 1)}
    total = len(places)
    first: dict[str, int] = {
        "@".join(verdict.pair): max(places[each] for each in verdict.evidence)
        for verdict in run.verdicts
        if verdict.evidence and all(each in places for each in verdict.evidence)
    }
    caught = [min((first.get(pair, total) for pair in pairs), default=total) for pairs in known_catches()]
    by = {str(point): sum(each <= point for each in caught) for point in POINTS}
    area = sum(1 - each / total for each in caught) / len(caught)
    return {"requests": total, "area": round(area, 3), "defects": len(caught), "caught by request": by}


if __name__ == "__main__":
    main()
