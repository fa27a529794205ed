"""`conformance check`: the specs and requirements themselves, before anybody is judged by them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def check(
    pages: Annotated[
        Path | None,
        typer.Option(help="Folder of the documentation pages: prove quotes, schemas and examples on them."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the problems as JSON.")] = False,
) -> None:
    """Lint specs and requirements: valid, complete, each judged or excluded; with --pages, true to the pages.

    Exit code: 0 no problem, 2 at least one.
    """
    from conformance.checks.oracles import KNOWN_CHECKS
    from conformance.claims.spec_check import check_claims

    report = check_claims(KNOWN_CHECKS, pages)
    if as_json:
        typer.echo(json.dumps({"problems": report.problems, "checked": report.checked}, indent=2))
    else:
        for problem in report.problems:
            typer.echo(problem, err=True)
        for line in report.checked:
            typer.echo(line)
    raise typer.Exit(2 if report.problems else 0)
