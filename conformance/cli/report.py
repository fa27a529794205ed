"""`conformance report`: renders the formats of a run folder again from its `run.json`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from conformance.errors import UsageError


def report(
    directory: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="A run folder, as `conformance run` writes it.")
    ] = None,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format", metavar="NAME", help="Only this format: summary, junit, allure, html, sarif, ctrf."
        ),
    ] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of run.json and stop.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the run's numbers and the files as JSON.")
    ] = False,
) -> None:
    """Render a run folder again from its run.json, and tell the run at the terminal."""
    from conformance.report import run_json, statistics, terminal
    from conformance.report.render import render

    if schema:
        typer.echo(json.dumps(run_json.schema(), indent=2))
        return
    if directory is None:
        raise UsageError("which run? name its folder: conformance report reports/RUN (or --schema)")
    paths = render(directory, formats or None)
    run = run_json.load_run(directory)
    if as_json:
        files = {name: str(path) for name, path in paths.items()}
        typer.echo(json.dumps({**statistics.overview(run), "files": files}, indent=2))
        return
    terminal.show(run)
    for path in paths.values():
        typer.echo(f"  {path}")
