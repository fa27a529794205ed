"""`conformance report`: renders the formats of a run folder again from its `run.json`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conformance.cli.options import AsJson, Quiet, Verbose, told_in
from conformance.errors import UsageError

if TYPE_CHECKING:
    from conformance.analysis.compare import Comparison
    from conformance.analysis.history import RunDigest
    from conformance.results.model import RunReport


def report(
    directory: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="A run folder, as `conformance run` writes it.")
    ] = None,
    formats: Annotated[
        list[str] | None,
        typer.Option("--format", metavar="NAME", help="Only summary, html, junit, sarif, ctrf or allure."),
    ] = None,
    history: Annotated[
        Path | None,
        typer.Option(metavar="REPORTS", help="Show the nights of this folder of runs too, and what moved."),
    ] = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of run.json.")] = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Render a run folder again from its run.json, and tell the run at the terminal."""
    from conformance.report import statistics, terminal
    from conformance.report.material import kept_comparison
    from conformance.report.registry import render
    from conformance.results.model import schema as json_schema
    from conformance.results.run_json import load_run
    from conformance.results.text import json_text

    detail = told_in(verbose=verbose, quiet=quiet)
    if schema:
        typer.echo(json.dumps(json_schema(), indent=2))
        return
    if directory is None:
        raise UsageError("which run? name its folder: conformance report reports/RUN (or --schema)")
    run = load_run(directory)
    comparison, nights = (None, None) if history is None else _past(run, history)
    paths = render(directory, formats or None, comparison=comparison, history=nights)
    if as_json:
        files = {name: str(path) for name, path in paths.items()}
        typer.echo(json_text({**statistics.overview(run), "files": files}, 2))
        return
    terminal.show(run, comparison=kept_comparison(directory), detail=detail)
    for path in () if quiet else paths.values():
        typer.echo(f"  {path}")


def _past(run: RunReport, reports: Path) -> tuple[Comparison | None, tuple[RunDigest, ...]]:
    """Return what moved since the last comparable run of the folder, and its last runs up to this one."""
    from conformance.analysis.compare import compare
    from conformance.analysis.history import read_history
    from conformance.results.run_json import load_run

    if not reports.is_dir():
        raise UsageError(f"{reports}: no such folder; it holds the run folders of earlier runs")
    history = read_history(reports)
    earlier = history.last_comparable(run)
    moved = compare(load_run(earlier), run) if earlier else None
    runs = history.runs(target=run.target, limit=30)
    return moved, tuple(digest for digest in runs if digest.started <= run.started)
