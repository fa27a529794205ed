"""The runs of a folder in their order, the folders that are none, and the run to compare another one with."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from conformance.analysis.history.digest import RunDigest, digest_of, read_digest
from conformance.errors import UsageError
from conformance.results.model import RunReport
from conformance.results.run_json import FILE_NAME as RUN_FILE
from conformance.results.text import one_line, visible

ENOUGH: Final = 0.9
"""A run that judged less than this share of what another one judged is no good yardstick for it."""

MARKS: Final = (RUN_FILE, "exchanges.ndjson", "ledger.ndjson")
"""A folder with one of these is, or was to become, the report of a run."""

NO_RUN: Final = "no run.json: the run goes on still, or was killed before it could write one"


@dataclass(frozen=True, slots=True)
class BrokenRun:
    """A folder that is no readable run, and why."""

    folder: Path
    reason: str


@dataclass(frozen=True, slots=True)
class PastVerdict:
    """The verdicts of one run on one requirement, by operation; a waived one says so."""

    run_id: str
    started: str
    target: str
    verdicts: Mapping[str, str] = field(default_factory=dict)

    def to_document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "run_id": self.run_id,
            "started": self.started,
            "target": self.target,
            "verdicts": dict(self.verdicts),
        }


@dataclass(frozen=True, slots=True)
class History:
    """The readable runs of a folder, oldest first, and the folders that could not be read."""

    reports: Path
    digests: tuple[RunDigest, ...]
    broken: tuple[BrokenRun, ...] = ()

    def runs(self, *, target: str = "", profile: str = "", limit: int = 0) -> tuple[RunDigest, ...]:
        """Return the runs of a target and profile, oldest first; with `limit` the newest so many of them."""
        found = tuple(
            digest
            for digest in self.digests
            if target in ("", digest.target) and profile in ("", digest.profile)
        )
        return found[-limit:] if limit else found

    def newest(self, *, target: str = "") -> Path | None:
        """Return the folder of the newest readable run."""
        found = self.runs(target=target, limit=1)
        return self.reports / found[0].folder if found else None

    def last_comparable(self, report: RunReport) -> Path | None:
        """Return the folder of the newest earlier run that this one is best compared with.

        It judged the same target with the same profile and selection and was not cut off. Among those the
        newest that judged about as much is taken, so that a run while the target was down is no yardstick;
        where none did, the newest.
        """
        this = digest_of(report)
        found = [
            digest
            for digest in self.runs(target=this.target, profile=this.profile)
            if digest.complete
            and digest.run_id != this.run_id
            and digest.started <= this.started
            and digest.selected == this.selected
        ]
        good = [digest for digest in found if digest.judged >= ENOUGH * this.judged]
        chosen = (good or found)[-1:]
        return self.reports / chosen[0].folder if chosen else None

    def verdicts_of(self, requirement: str, limit: int = 10) -> tuple[PastVerdict, ...]:
        """Return the newest runs that have a verdict on the requirement, newest first."""
        found: list[PastVerdict] = []
        for digest in reversed(self.digests):
            verdicts = {
                key.partition("|")[2]: verdict + (", waived" if key in digest.waived else "")
                for key, verdict in sorted(digest.verdicts.items())
                if key.partition("|")[0] == requirement
            }
            if verdicts:
                found.append(PastVerdict(digest.run_id, digest.started, digest.target, verdicts))
            if len(found) == limit:
                break
        return tuple(found)


def read_history(reports: Path, *, again: bool = False) -> History:
    """Return the history of a folder of run folders; a run that cannot be read is named with the reason.

    With `again` each digest is made again from its run.
    """
    digests: dict[str, RunDigest] = {}
    broken: list[BrokenRun] = []
    for folder in sorted(_folders(reports), reverse=True):
        if not (folder / RUN_FILE).exists():
            broken.append(BrokenRun(folder, NO_RUN))
            continue
        try:
            digest = read_digest(folder, again=again)
        except UsageError as error:
            broken.append(BrokenRun(folder, one_line(visible(str(error)))))
        else:
            digests[digest.run_id] = digest  # a copied folder is the same run
    ordered = sorted(digests.values(), key=lambda digest: (digest.started, digest.run_id))
    return History(reports, tuple(ordered), tuple(reversed(broken)))


def _folders(reports: Path) -> Iterator[Path]:
    """Yield the run folders; a link such as `latest` is no second run."""
    if not reports.is_dir():
        return
    with os.scandir(reports) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False) and visible(entry.name) == entry.name:
                folder = Path(entry.path)
                if any((folder / mark).exists() for mark in MARKS):
                    yield folder
