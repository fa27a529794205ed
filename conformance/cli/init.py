"""`conformance init`: the first files of a team that has only the installed package."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def init(
    directory: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="Where to write; the folder is made if it is missing.")
    ] = Path(),
) -> None:
    """Write targets, waivers, a nightly workflow and a README; refuse to overwrite any of them."""
    from conformance.cli.starter import write

    for path in write(directory):
        typer.echo(f"wrote {path}")
    typer.echo("next: read README.md, then conformance run")
