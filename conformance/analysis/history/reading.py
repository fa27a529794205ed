"""Reads of a run just what the index keeps: a whole validation of a year of nights would take a minute."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from conformance.errors import UsageError
from conformance.results.run_json import SCHEMA_VERSION, load_run
from conformance.results.text import one_line, visible
from conformance.results.verdicts import Outcome

MAJOR: Final = SCHEMA_VERSION.partition(".")[0]
VERDICTS: Final = frozenset(verdict.value for verdict in Outcome)


@dataclass(frozen=True, slots=True)
class Digest:
    """What the index keeps of one run; `rows` are requirement, operation, verdict and if waived."""

    run_id: str
    target: str
    profile: str
    selected: str
    started: str
    complete: bool
    exit_code: int
    requests: int
    seconds: float
    leaks: int
    counts: str
    rows: tuple[tuple[str, str, str, int], ...]


def read(folder: Path) -> Digest:
    """Return the digest of a report folder; a folder that is no run of this suite is a `UsageError`."""
    try:
        return _digest(json.loads((folder / "run.json").read_bytes()))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        load_run(folder)  # says in words what is wrong with it
        raise UsageError(f"{folder}: not readable as a run: {one_line(visible(str(error)))}") from error


def _digest(document: Mapping[str, Any]) -> Digest:
    if str(document["schema_version"]).partition(".")[0] != MAJOR:
        raise ValueError(f"schema_version {document['schema_version']}")
    rows = tuple(_row(row) for row in document["verdicts"])
    if len({row[:2] for row in rows}) != len(rows):
        raise ValueError("a requirement has two verdicts on the same operation")
    return Digest(
        run_id=_text(document["run_id"]),
        target=_text(document["target"]),
        profile=_text(document["profile"]),
        selected=selection(document),
        started=moment(document["started"]),
        complete=bool(document["complete"]),
        exit_code=int(document["exit_code"]),
        requests=int(document["requests"]["total"]),
        seconds=float(document.get("seconds") or 0.0),
        leaks=len(document["leaks"]),
        counts=json.dumps(Counter(row[2] for row in rows)),
        rows=rows,
    )


def _row(row: Mapping[str, Any]) -> tuple[str, str, str, int]:
    if row["verdict"] not in VERDICTS:
        raise ValueError(f"unknown verdict {row['verdict']!r}")
    return _text(row["requirement"]), _text(row["operation"]), row["verdict"], int(bool(row.get("waived")))


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(f"expected words, found {value!r}")
    return visible(value)


def selection(document: Mapping[str, Any]) -> str:
    """Return what was selected in one comparable form: an order of `--only` does not matter."""
    return json.dumps(sorted(map(str, document.get("selected") or ())))


def moment(text: str) -> str:
    """Return a moment in UTC in the one form that sorts; anything else is a ValueError."""
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
