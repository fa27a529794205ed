"""`conformance index`: writes the overview of a folder of runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from conformance.cli.options import REPORTS
from conformance.errors import UsageError


def index(
    reports: Annotated[
        Path, typer.Argument(metavar="REPORTS", help="Folder with the run folders.")
    ] = REPORTS,
) -> None:
    """Write index.html with all targets and runs of a folder, and badges, for any static host."""
    from conformance.analysis.history import read_history
    from conformance.report.overview import overview
    from conformance.results.run_json import write_text

    if not reports.is_dir():
        raise UsageError(f"{reports}: no such folder; it holds the run folders of earlier runs")
    for name, text in overview(read_history(reports)).items():
        write_text(reports / name, text)
    typer.echo(reports / "index.html")
