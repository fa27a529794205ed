"""`conformance check`: the specs and requirements themselves, before anybody is judged by them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from conformance.cli.options import AsJson


def check(
    pages: Annotated[
        Path | None,
        typer.Option(help="Folder of the documentation pages: prove quotes, schemas and examples on them."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Lint specs and requirements: valid, complete, each judged or excluded; with --pages, true to the pages.

    Exit code: 0 no problem, 2 at least one.
    """
    from conformance.checks.check import known_checks
    from conformance.claims.requirements import load_claims
    from conformance.claims.spec_check import check_claims
    from conformance.run.pytest_plugin.index import scenarios_by_requirement

    catalogue = load_claims()
    index = {
        requirement: {f"{scenario.file}::{scenario.name}" for scenario in scenarios}
        for requirement, scenarios in scenarios_by_requirement(catalogue).items()
    }
    report = check_claims(catalogue, known_checks(), index, pages)
    if as_json:
        typer.echo(json.dumps({"problems": report.problems, "checked": report.checked}, indent=2))
    else:
        for problem in report.problems:
            typer.echo(problem, err=True)
        for line in report.checked:
            typer.echo(line)
    raise typer.Exit(2 if report.problems else 0)
