"""`conformance waive`: writes a known violation into the waivers file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from conformance.errors import UsageError


def waive(
    requirement: Annotated[
        str, typer.Argument(metavar="VIOLATION", help="REQUIREMENT@OPERATION, as in the report.")
    ],
    target: Annotated[str, typer.Option("--target", help="The target on which it is violated.")],
    reason: Annotated[str, typer.Option("--reason", help="Why one can live with it for a while.")],
    defect: Annotated[str, typer.Option("--defect", metavar="URL", help="Where it is being mended.")],
    owner: Annotated[str, typer.Option("--owner", help="Who sees to it.")],
    days: Annotated[int, typer.Option("--days", min=1, help="How long it holds; at most 90 days.")] = 30,
    operation: Annotated[
        str, typer.Option("--operation", help="The operationId, where the requirement alone is named.")
    ] = "",
    kind: Annotated[str, typer.Option("--kind", help="failing, or flaky: it comes and goes.")] = "failing",
    waivers: Annotated[
        Path | None,
        typer.Option("--waivers", metavar="FILE", help="waivers.yaml here, or else specs/waivers.yaml."),
    ] = None,
) -> None:
    """Write a waiver for a known violation; the rest of the file stays as it is."""
    from datetime import UTC, datetime, timedelta

    from conformance.analysis.explain import requirement_of
    from conformance.analysis.replay import parse_violation
    from conformance.analysis.waivers import LONGEST, Waiver, add, default_file, known_of
    from conformance.claims.requirements import load_claims

    if days > LONGEST.days:
        raise UsageError(f"--days {days}: a waiver holds at most {LONGEST.days} days; then look again")
    catalogue = load_claims()
    violation = parse_violation(requirement)
    operations = requirement_of(catalogue, violation.requirement).operations
    where = {name for name in (operation, violation.operation) if name} or set(operations)
    if len(where) > 1:
        raise UsageError(f"{requirement}: on which operation? Name one of {', '.join(sorted(where))}")
    today = datetime.now(UTC).date()
    file = waivers or default_file()
    waiver = Waiver(
        requirement=violation.requirement,
        operation=where.pop(),
        target=target,
        reason=reason,
        defect=defect,
        owner=owner,
        first_seen=today,
        expires=today + timedelta(days=days),
        kind=kind,
    )
    written = add(file, waiver, today=today, known=known_of(catalogue))
    typer.echo(f"{file}:{written.line}: waived until {written.expires}")
