"""`conformance history`: the nights so far, what is violated since when, and how to forget old runs."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from conformance.cli.options import REPORTS, AsJson, Reports

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.analysis.history import BrokenRun, OpenViolation, RunDigest


class Action(StrEnum):
    """What to do with the history."""

    LIST = "list"
    PRUNE = "prune"
    INDEX = "index"


def history(
    action: Annotated[
        Action, typer.Argument(help="list the runs, prune old ones, or make the index again.")
    ] = Action.LIST,
    reports: Reports = REPORTS,
    target: Annotated[str, typer.Option("--target", help="list: only this target.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=0, help="list: so many runs; 0 for all.")] = 30,
    keep: Annotated[
        int | None, typer.Option("--keep", metavar="N", help="prune: the newest N of each target stay.")
    ] = None,
    older_than: Annotated[
        int | None, typer.Option("--older-than", metavar="DAYS", min=0, help="prune: what is older goes.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="prune: print what would go, and leave it.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the runs of a report folder with what is violated since when, prune them, or index them again."""
    match action:
        case Action.LIST:
            document = _listed(reports, target, limit, as_json=as_json)
        case Action.PRUNE:
            document = _pruned(reports, keep, older_than, dry_run=dry_run, as_json=as_json)
        case _:
            document = _indexed(reports, as_json=as_json)
    if as_json:
        typer.echo(json.dumps(document, indent=2))


def _listed(reports: Path, target: str, limit: int, *, as_json: bool) -> dict[str, Any]:
    from conformance.analysis.history import open_violations, read_history

    history = read_history(reports)
    found = history.runs(target=target, limit=limit)
    violations = open_violations(history, target=target)
    broken = history.broken
    if not as_json:
        _print_runs(reports, found, broken)
        _print_violations(violations)
    return {
        "runs": [run.to_document(verdicts=False) for run in found],
        "open": [violation.to_document() for violation in violations],
        "broken": _broken(broken),
    }


def _pruned(
    reports: Path, keep: int | None, older_than: int | None, *, dry_run: bool, as_json: bool
) -> dict[str, Any]:
    from conformance.analysis.history import prune

    age = None if older_than is None else timedelta(days=older_than)
    pruned = prune(reports, now=datetime.now(UTC), keep=keep, older_than=age, dry_run=dry_run)
    if not as_json:
        for folder in pruned.removed:
            typer.echo(f"{'would remove' if dry_run else 'removed'} {folder}")
        for folder, reason in pruned.kept:
            typer.echo(f"kept {folder}: {reason}")
        if not pruned.removed:
            typer.echo("nothing to remove")
    return {
        "dry_run": dry_run,
        "removed": [str(folder) for folder in pruned.removed],
        "kept": [{"folder": str(folder), "reason": reason} for folder, reason in pruned.kept],
    }


def _indexed(reports: Path, *, as_json: bool) -> dict[str, Any]:
    from conformance.analysis.history import read_history

    history = read_history(reports, again=True)
    count, broken = len(history.digests), history.broken
    if not as_json:
        typer.echo(f"{count} runs indexed")
        _print_broken(broken)
    return {"indexed": count, "broken": _broken(broken)}


def _broken(broken: Sequence[BrokenRun]) -> list[dict[str, str]]:
    return [{"folder": str(run.folder), "reason": run.reason} for run in broken]


def _print_runs(reports: Path, runs: Sequence[RunDigest], broken: Sequence[BrokenRun]) -> None:
    from rich.table import Table
    from rich.text import Text

    from conformance.report.console import open_console, put, say_lines
    from conformance.results.text import terminal

    # A run that cannot be read is a run still: it is listed with the others.
    say_lines(f"{each.folder.name} cannot be read: {each.reason}" for each in broken)
    if not runs and not broken:
        typer.echo(f"no run in {reports} yet; `conformance run` writes one")
        return
    if not runs:
        return
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("run", no_wrap=True)
    for name in ("target", "profile"):
        table.add_column(name, overflow="fold")
    for name in ("exit", "pass", "fail", "not\njudged", "re-\nquests", "sec-\nonds"):
        table.add_column(name, justify="right", no_wrap=True)
    for run in runs:
        counts = run.counts
        cells = (
            run.run_id + ("" if run.complete else " (cut off)"),
            run.target,
            run.profile + (" (selected)" if run.selected else ""),
            str(run.exit_code),
            str(counts.get("PASS", 0)),
            str(counts.get("FAIL", 0) + counts.get("DEVIATION", 0)),
            str(counts.get("CANNOT_JUDGE", 0) + counts.get("HARNESS_ERROR", 0)),
            str(run.requests),
            f"{run.seconds:.0f}",
        )
        table.add_row(*(Text(terminal(cell)) for cell in cells))
    put(open_console(), table)


def _print_violations(violations: list[OpenViolation]) -> None:
    from conformance.report.console import say_lines
    from conformance.report.statistics import plural

    if violations:
        typer.echo(f"open violations ({len(violations)}):")
    for found in violations:
        flaky = f", flaky: came {found.came} times and went {found.went}" if found.flaky else ""
        waived = ", waived" if found.waived else ""
        other = "" if found.as_now == found.since else f", as it is now since {_day(found.as_now_started)}"
        where = f"{found.requirement}@{found.operation} on {found.target}"
        since = f"since {_day(found.since_started)} (run {found.since}){other}"
        say_lines([f"{found.verdict} {where} {since}, seen in {plural(found.runs, 'run')}{flaky}{waived}"])


def _day(moment: str) -> str:
    return moment.partition("T")[0]


def _print_broken(broken: Sequence[BrokenRun]) -> None:
    from conformance.results.text import one_line, terminal

    for run in broken:
        typer.echo(one_line(terminal(f"skipped {run.folder}: {run.reason}")), err=True)
