"""`conformance explain`: all that is known about one requirement."""

from __future__ import annotations

from typing import Annotated

import typer

from conformance.cli.completion import requirements
from conformance.cli.options import REPORTS, AsJson, Reports


def explain(
    requirement: Annotated[
        str,
        typer.Argument(
            metavar="ID", autocompletion=requirements, help="A requirement, as in `conformance list`."
        ),
    ],
    reports: Reports = REPORTS,
    limit: Annotated[int, typer.Option("--limit", min=1, help="So many of its last verdicts.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Print a requirement with its page, its scenarios, the defects it catches and its last verdicts."""
    from conformance.analysis.explain import explain as explain_requirement
    from conformance.analysis.explain import requirement_of
    from conformance.analysis.history import read_history
    from conformance.claims.requirements import load_claims
    from conformance.report.console import say_lines
    from conformance.results.text import json_text
    from conformance.run.pytest_plugin.index import scenarios_by_requirement

    catalogue = load_claims()
    row = requirement_of(catalogue, requirement)
    explanation = explain_requirement(
        catalogue,
        row.id,
        scenarios=scenarios_by_requirement(catalogue).get(row.id, ()),
        defects=_defects(),
        past=read_history(reports).verdicts_of(requirement, limit),
    )
    if as_json:
        typer.echo(json_text(explanation.to_document(), 2))
        return
    say_lines(explanation.lines())


def _defects() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return the emulator's defects: name, sentence and the requirements that each breaks."""
    from conformance.emulator.catalogue import DEFECTS

    return {name: (defect.sentence, defect.breaks) for name, defect in DEFECTS.items()}
