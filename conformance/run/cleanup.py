"""Finishes the undo of runs that were cut off, from their ledgers alone: never by listing or pattern."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from conformance.client import Budget, Client
from conformance.client.auth.login import logged_in
from conformance.client.budget import Gate
from conformance.client.sender import undo_requests
from conformance.errors import UsageError
from conformance.exchange.recorder import Recorder
from conformance.exchange.redaction import Redactor
from conformance.ledger.containment import deletion_order
from conformance.ledger.entries import Leak
from conformance.ledger.journal import Ledger, load_ledger
from conformance.ledger.lost import searchable
from conformance.results.verdicts import ExitCode
from conformance.targets.model import Target


@dataclass(frozen=True)
class Cleaned:
    """What was done, line by line, and the exit code: 3 where something could not be deleted."""

    lines: tuple[str, ...]
    summary: str
    exit_code: ExitCode


def ledgers_below(folder: Path) -> list[Path]:
    """Return the ledgers of every run and of every shard below a folder, newest run first."""
    return sorted(folder.glob("**/ledger.ndjson"), reverse=True)


def ledgers_of(path: Path) -> list[Path]:
    """Return the ledger that is meant: the file itself, or those of a run folder, which has at least one."""
    return (ledgers_below(path) or [path / "ledger.ndjson"]) if path.is_dir() else [path]


def clean_up(
    target: Target, files: Sequence[Path], *, dry_run: bool = False, gate: Gate | None = None
) -> Cleaned:
    """Undo what the ledgers still hold for this target; a ledger of another target is left alone.

    A `gate` decides when something is sent, where runs of other machines go on.
    """
    if target.mode == "none" and not dry_run:
        raise UsageError(
            f"target {target.name} is read-only here: set writes, or use --dry-run to see the calls"
        )
    lines: list[str] = []
    undone = left = 0
    for file in files:
        ledger = load_ledger(file)
        if not ledger.unfinished():
            continue
        if ledger.target not in ("", target.base_url):
            lines.append(f"{file}: of another target ({ledger.target}), left alone")
            continue
        if dry_run:
            lines += _calls(target, ledger)
            continue
        if not ledger.hold():
            lines.append(f"{file}: its run is still going on, left alone")
            continue
        before = _undone(ledger)
        leaks = _undo(target, ledger, gate)
        lines += [f"{file}: {leak.what} is left ({leak.error}): {leak.undo}" for leak in leaks]
        left += len(leaks)
        undone += _undone(ledger) - before
    summary = f"{undone} undone, {left} left" if undone or left else "nothing to undo"
    summary = "nothing sent" if dry_run else summary
    return Cleaned(tuple(lines), summary, ExitCode.CANNOT_JUDGE if left else ExitCode.CONFORMS)


def _undone(ledger: Ledger) -> int:
    return sum(entry.state == "undone" for entry in ledger.entries.values())


def _calls(target: Target, ledger: Ledger) -> list[str]:
    """Return the requests that would be sent, in order, and what no DELETE is known for."""
    lost = [entry for entry in ledger.unfinished() if not entry.is_complete]
    return [
        *(
            f"GET {target.base_url}{entry.find}  # to find {entry.name or entry.what}"
            for entry in searchable(lost)
        ),
        *(
            f"DELETE {target.base_url}{entry.undo}  # {entry.what}, as {entry.role}"
            for entry in deletion_order(ledger.pending())
        ),
        *(f"# {e.request} gave no usable id: {e.what} may or may not exist" for e in lost),
    ]


def _undo(target: Target, ledger: Ledger, gate: Gate | None) -> list[Leak]:
    budget = Budget(target.rate, reserve=partial(undo_requests, target, ledger), gate=gate)
    client = Client(logged_in(target), Recorder(Redactor()), budget, ledger)
    try:
        return client.undo()
    finally:
        client.close()
