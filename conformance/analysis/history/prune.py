"""Removes old report folders, and only those that a reader will not miss."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from conformance.analysis.history.digest import RunDigest
from conformance.analysis.history.runs import read_history
from conformance.errors import UsageError


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was removed, and what was old enough and kept, with the reason."""

    removed: tuple[Path, ...]
    kept: tuple[tuple[Path, str], ...]


def prune(
    reports: Path,
    *,
    now: datetime,
    keep: int | None = None,
    older_than: timedelta | None = None,
    dry_run: bool = False,
) -> Pruned:
    """Remove runs that are older than so much, or not among the newest `keep` of their target.

    The newest run and the newest whole run of each target stay, and so does a run that left something behind
    at its target: its ledger is what `conformance clean` works from. Folders that are no readable run stay.
    """
    if keep is None and older_than is None:
        raise UsageError("prune needs a limit: --keep N, --older-than DAYS, or both")
    if keep is not None and keep < 1:
        raise UsageError(f"--keep {keep}: at least one run of each target stays")
    removed: list[Path] = []
    kept: list[tuple[Path, str]] = []
    place: Counter[str] = Counter()
    whole: set[str] = set()
    for run in reversed(read_history(reports).digests):
        place[run.target] += 1
        first_whole = run.complete and run.target not in whole
        if run.complete:
            whole.add(run.target)
        if not _is_old(run, place[run.target], now, keep, older_than):
            continue
        reason = _reason_to_keep(run, newest=place[run.target] == 1, newest_whole=first_whole)
        if reason:
            kept.append((reports / run.folder, reason))
            continue
        if not dry_run:
            _remove(reports / run.folder)
        removed.append(reports / run.folder)
    return Pruned(tuple(removed), tuple(kept))


def _is_old(
    run: RunDigest, place: int, now: datetime, keep: int | None, older_than: timedelta | None
) -> bool:
    too_many = keep is not None and place > keep
    started = datetime.strptime(run.started, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return too_many or (older_than is not None and now - started > older_than)


def _reason_to_keep(run: RunDigest, *, newest: bool, newest_whole: bool) -> str:
    if newest or newest_whole:
        return f"the newest {'' if newest else 'whole '}run of {run.target}"
    if run.leaks:
        return f"left {run.leaks} things behind: `conformance clean` needs its ledger; then remove it by hand"
    return ""


def _remove(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be removed: {error.strerror or error}") from error
