"""`conformance explain`: all that is known about one requirement, or about one cause of a run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from conformance.cli.completion import requirements
from conformance.cli.options import REPORTS, AsJson, Reports


def explain(
    requirement: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            autocompletion=requirements,
            help="A requirement, as in `conformance list`, or the key of a cause, as in a report.",
        ),
    ],
    reports: Reports = REPORTS,
    run: Annotated[
        str, typer.Option("--run", help="The run of a cause: its id or folder; else the newest that has it.")
    ] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="So many of its last verdicts.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Print a requirement with its page, its scenarios, the defects it catches and its last verdicts.

    The key of a cause prints what it explains, since when, what proves it and which known defects it looks
    like, with how sure that is.
    """
    from conformance.analysis.explain import explain as explain_requirement
    from conformance.analysis.explain import requirement_of
    from conformance.analysis.history import read_history
    from conformance.claims.requirements import load_claims
    from conformance.report.console import say_lines
    from conformance.results.text import json_text
    from conformance.run.pytest_plugin.index import scenarios_by_requirement

    if re.fullmatch(r"[0-9a-f]{4,12}", requirement, re.IGNORECASE):
        _explain_cause(requirement, run, reports, as_json=as_json)
        return
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


def _explain_cause(key: str, run: str, reports: Path, *, as_json: bool) -> None:
    """Print a cause of a run."""
    from conformance.analysis.explain_cause import cause_document, cause_lines, cause_named
    from conformance.analysis.history.causes import run_with_cause
    from conformance.report.console import say_lines
    from conformance.results.text import json_text

    report = run_with_cause(key, run, reports)
    cause = cause_named(report, key)
    if as_json:
        typer.echo(json_text(cause_document(report, cause), 2))
        return
    say_lines(cause_lines(report, cause))


def _defects() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return the emulator's defects: name, sentence and the requirements that each breaks."""
    from conformance.emulator.catalogue import DEFECTS

    return {name: (defect.sentence, defect.breaks) for name, defect in DEFECTS.items()}
