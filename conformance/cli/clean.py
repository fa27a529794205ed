"""`conformance clean`: finish the undo of a run that was cut off, from its ledger alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from conformance.cli.options import REPORTS, Reports, Targets


def clean(
    target: Annotated[str, typer.Option(help="Target of the targets file that the run wrote to.")],
    targets: Targets = None,
    ledger: Annotated[
        list[Path] | None,
        typer.Option(
            help="ledger.ndjson or run folder to clean up after; repeatable. Default: all below --reports."
        ),
    ] = None,
    reports: Reports = REPORTS,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the calls and send nothing.")] = False,
) -> None:
    """Undo what interrupted runs left behind on a target. Safe to run twice."""
    from conformance.claims.requirements import load_claims
    from conformance.report.console import say_lines
    from conformance.run.cleanup import clean_up, ledgers_below, ledgers_of
    from conformance.targets.opened import open_target

    files = [file for path in ledger for file in ledgers_of(path)] if ledger else ledgers_below(reports)
    with open_target(target, targets, load_claims()) as opened:
        done = clean_up(opened, files, dry_run=dry_run)
    say_lines([*done.lines, done.summary])
    raise typer.Exit(done.exit_code)
