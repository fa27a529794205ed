"""`conformance compare`: what moved between two runs, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conformance.cli.options import REPORTS, AsJson, Reports
from conformance.errors import UsageError

if TYPE_CHECKING:
    from conformance.results.model import RunReport


def compare(
    old: Annotated[
        Path | None,
        typer.Argument(metavar="[OLD]", help="The earlier run folder; without it the last comparable run."),
    ] = None,
    new: Annotated[
        Path | None,
        typer.Argument(metavar="[NEW]", help="The later run folder; without it the newest run."),
    ] = None,
    reports: Reports = REPORTS,
    as_json: AsJson = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print it as Markdown.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Compare runs of different targets all the same.")
    ] = False,
) -> None:
    """Say what moved between two runs, and whose change it was.

    With one run it is compared with the last comparable one before it; with none the newest is.

    Exit code: 1 new violations or waivers that ended, 2 nothing can be said, 3 something that was judged
    could not be judged any more, 0 else.
    """
    from conformance.analysis.compare import compare as compare_runs
    from conformance.analysis.compare import gate
    from conformance.results.text import json_text

    if as_json and as_markdown:
        raise UsageError("--json or --markdown: one of the two")
    earlier, later = _pair(old, new, reports)
    if earlier.target != later.target and not force:
        raise UsageError(
            f"the runs judged different targets, {earlier.target} and {later.target}: their moves would mean "
            "little; with --force they are compared all the same"
        )
    comparison = compare_runs(earlier, later)
    if not comparison.comparable and not force:
        raise UsageError(f"nothing can be said: {comparison.notes[0]}")
    if as_json:
        typer.echo(json_text(comparison.to_document(), 2))
    elif as_markdown:
        from conformance.analysis.compare.markdown import to_markdown

        typer.echo(to_markdown(comparison), nl=False)
    else:
        from conformance.analysis.compare.terminal import print_comparison
        from conformance.report.console import open_console

        print_comparison(comparison, open_console())
    raise typer.Exit(gate(comparison, force=force))


def _pair(old: Path | None, new: Path | None, reports: Path) -> tuple[RunReport, RunReport]:
    """Return the two runs; whichever was not named is found in the history."""
    from conformance.analysis.history import read_history
    from conformance.results.run_json import load_run

    if old is not None and new is not None:
        return load_run(_folder(old, reports)), load_run(_folder(new, reports))
    history = read_history(reports)
    for broken in history.broken:
        typer.echo(f"skipped {broken.folder}: {broken.reason}", err=True)
    chosen = history.newest() if old is None else _folder(old, reports)
    if chosen is None:
        raise UsageError(f"{reports}: no run yet; `conformance run` writes one, or name two folders")
    later = load_run(chosen)
    earlier = history.last_comparable(later)
    if earlier is None:
        raise UsageError(
            f"{reports}: no earlier whole run of target {later.target} with profile {later.profile} and the "
            f"same selection to compare {later.run_id} with; name one: conformance compare OLD NEW"
        )
    return load_run(earlier), later


def _folder(named: Path, reports: Path) -> Path:
    """Return the folder: as it is named, or as a run id of the history."""
    in_history = reports / named
    return in_history if not named.exists() and in_history.is_dir() else named
