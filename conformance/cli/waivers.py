"""`conformance waivers`: the known violations, by the days that are left."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conformance.cli.options import AsJson

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from conformance.results.model import WaiverStanding


def waivers(
    file: Annotated[
        Path | None,
        typer.Option("--waivers", metavar="FILE", help="waivers.yaml here, or else specs/waivers.yaml."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the waivers by the days that are left; exit code 1 where one is over."""
    from datetime import UTC, datetime

    from conformance.analysis.waivers import known_of, load_or_none, red_waivers, standings_by_days_left
    from conformance.claims.requirements import load_claims
    from conformance.results.verdicts import ExitCode

    known = known_of(load_claims())
    today = datetime.now(UTC).date()
    states = standings_by_days_left(load_or_none(file, today=today, known=known), today)
    if as_json:
        rows = [{**one.model_dump(mode="json"), "days_left": one.days_left(today)} for one in states]
        typer.echo(json.dumps({"waivers": rows}, indent=2))
    else:
        _print(states, today)
    raise typer.Exit(ExitCode.VIOLATION if red_waivers(states) else ExitCode.CONFORMS)


def _print(states: Sequence[WaiverStanding], today: date) -> None:
    from conformance.report.console import say_lines
    from conformance.report.statistics import plural

    if not states:
        typer.echo("no waivers")
    for waiver in states:
        days = waiver.days_left(today) or 0
        left = f"{plural(days, 'day')} left" if days >= 0 else f"OVER since {plural(-days, 'day')}"
        where = f"{waiver.requirement} on {waiver.operation} at {waiver.target}"
        why = f"{waiver.reason} ({waiver.owner}, {waiver.kind}, since {waiver.first_seen}) {waiver.defect}"
        say_lines([f"{left}, until {waiver.expires}: {where}", f"    {why}"])
