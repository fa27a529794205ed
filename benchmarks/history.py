# ruff: noqa: INP001 - a script that is started by its path, and no package
"""Measures a year of nights: listed and compared in under a second, or this script fails.

Run it with ``python benchmarks/history.py``; it writes its 365 runs into a temporary folder. Reading
every run to make its digest is measured too, and has no limit: it happens once.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from conformance.analysis.compare import compare
from conformance.analysis.history import open_violations, read_history
from conformance.results.run_json import load_run, write_run
from tests.suite.analysis.runs import run, verdict

NIGHTS: Final = 365
REQUIREMENTS: Final = 150
OPERATIONS: Final = ("createZone", "getZone", "updateZone", "deleteZone")
LIMIT: Final = 1.0


def main() -> int:
    """Write a year, ask everything once, and tell how long it took."""
    with tempfile.TemporaryDirectory() as place:
        reports = Path(place)
        for night in range(NIGHTS):
            _write(reports, night)
        _timed("every run read, and its digest kept", lambda: read_history(reports))
        asked = [
            _timed("runs listed", lambda: read_history(reports)),
            _timed("open violations with their past", lambda: open_violations(read_history(reports))),
            _timed("newest run compared with the one before", lambda: _compare(reports)),
        ]
    total = sum(asked)
    sys.stdout.write(f"{total:7.3f} s  listed and compared; the limit is {LIMIT} s\n")
    return int(total > LIMIT)


def _write(reports: Path, night: int) -> None:
    started = datetime(2025, 1, 1, 6, tzinfo=UTC) + timedelta(days=night)
    rows = [
        verdict(f"zones.claim-{number}@{operation}", _kind(night, number), curl="curl " + "x" * 200)
        for number in range(REQUIREMENTS)
        for operation in OPERATIONS
    ]
    name = f"{started:%Y%m%dT%H%M%SZ}-0001"
    write_run(reports / name, run(*rows, run_id=name, started=f"{started:%Y-%m-%dT%H:%M:%SZ}"))


def _kind(night: int, number: int) -> str:
    if number % 50 == 0:
        return "FAIL"
    return "FAIL" if number % 40 == 0 and night % 7 == 0 else "PASS"


def _compare(reports: Path) -> object:
    history = read_history(reports)
    newest = history.newest()
    assert newest is not None  # noqa: S101 - the year was just written
    new = load_run(newest)
    old = history.last_comparable(new)
    assert old is not None  # noqa: S101 - so was the night before
    return compare(load_run(old), new)


def _timed(what: str, ask: Callable[[], Any]) -> float:
    started = time.perf_counter()
    ask()
    seconds = time.perf_counter() - started
    sys.stdout.write(f"{seconds:7.3f} s  {what}\n")
    return seconds


if __name__ == "__main__":
    sys.exit(main())
