"""What a finished run says at the terminal, and the exit code that it ends with."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NoReturn

import typer

from conformance.report.ci_annotations import ci_annotations
from conformance.report.material import kept_comparison
from conformance.report.terminal import Detail, show
from conformance.results.model import RunReport
from conformance.results.text import json_text, terminal
from conformance.results.verdicts import judged_percent


def tell(report: RunReport, *, as_json: bool, detail: Detail = Detail.SCREEN) -> NoReturn:
    """Print the report and why less than what was asked for was judged; end with the run's exit code."""
    if as_json:
        typer.echo(json_text(report.to_document(), 2))
    else:
        show(report, comparison=kept_comparison(report.folder), detail=detail)
        for line in ci_annotations(report, os.environ):
            typer.echo(line, err=True)
    for line in _shortfalls(report):
        typer.echo(f"conformance: {line}", err=True)
    for problem in report.harness_errors:
        typer.echo(terminal(f"conformance: the suite failed: {problem}"), err=True)
    raise typer.Exit(report.exit_code)


def _shortfalls(report: RunReport) -> Iterator[str]:
    """Yield which share that was asked for was not reached; a shard is asked for none."""
    if report.shard:
        return
    if (judged := judged_percent(report.verdicts)) < report.min_judged:
        share = f"{judged:.1f} % of what was selected was judged"
        yield f"{share}, and --min-judged asks for {report.min_judged:g} %"
    if report.coverage is not None and report.coverage.percent < report.min_coverage:
        covered = f"{report.coverage.percent:.1f} % of the documentation was exercised and judged"
        yield f"{covered}, and --min-coverage asks for {report.min_coverage:g} %"
