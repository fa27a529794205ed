"""`conformance show`: opens the report of a run."""

from __future__ import annotations

import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from conformance.cli.options import REPORTS, Reports
from conformance.errors import UsageError


def show(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="Run folder, or the id of a run; default: the last run.")
    ] = "",
    reports: Reports = REPORTS,
    print_only: Annotated[bool, typer.Option("--print", help="Print the path, and open nothing.")] = False,
) -> None:
    """Open the report of a run in the browser; where there is none, print its path.

    Piped or in CI the path is all it prints.
    """
    from conformance.analysis.history import read_history
    from conformance.report.registry import FORMATS, render

    folder = Path(run) if run else read_history(reports).newest()
    if folder is None:
        raise UsageError(f"no run in {reports} yet; `conformance run` writes one")
    if run and not folder.is_dir() and (reports / run).is_dir():
        folder = reports / run
    page = folder / FORMATS["html"].path
    if not page.is_file():
        render(folder, ["html"])
    typer.echo(page)
    if sys.stdout.isatty() and not print_only:
        try:
            webbrowser.open(page.resolve().as_uri())
        except webbrowser.Error:
            return  # the path is printed
