"""`conformance init`: the first files of a team that has only the installed package."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer


def init(
    directory: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="Where to write; the folder is made if it is missing.")
    ] = Path(),
    package: Annotated[
        str,
        typer.Option(
            metavar="SOURCE",
            help="What pip installs: a wheel, git+https://…, NAME==VERSION; default: as installed here.",
        ),
    ] = "",
) -> None:
    """Write targets, waivers, a nightly workflow and a README; refuse to overwrite any of them."""
    from conformance.cli.starter import requirement, write

    line = requirement(package)
    for path in write(directory, line):
        typer.echo(f"wrote {path}")
    typer.echo(f"the suite is installed from: {line}")
    if "file://" in line:
        typer.echo(
            f"only this machine has that: for others put a wheel or a repository into "
            f"{directory / 'requirements.txt'}"
        )
    there = f"cd {shlex.quote(str(directory))} && " if directory.absolute() != Path.cwd() else ""
    typer.echo(f"next: read {directory / 'README.md'}, then {there}conformance run")
