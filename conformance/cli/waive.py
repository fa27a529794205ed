"""`conformance waive`: writes a known violation into the waivers file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from conformance.errors import UsageError


def waive(
    requirement: Annotated[str, typer.Argument(metavar="ID", help="The violated requirement.")],
    operation: Annotated[str, typer.Option("--operation", help="The operationId on which it is violated.")],
    target: Annotated[str, typer.Option("--target", help="The target on which it is violated.")],
    reason: Annotated[str, typer.Option("--reason", help="Why one can live with it for a while.")],
    defect: Annotated[str, typer.Option("--defect", metavar="URL", help="Where it is being mended.")],
    owner: Annotated[str, typer.Option("--owner", help="Who sees to it.")],
    days: Annotated[int, typer.Option("--days", min=1, help="How long it holds; at most 90 days.")] = 30,
    kind: Annotated[str, typer.Option("--kind", help="failing, or flaky: it comes and goes.")] = "failing",
    waivers: Annotated[
        Path | None,
        typer.Option("--waivers", metavar="FILE", help="waivers.yaml here, or else specs/waivers.yaml."),
    ] = None,
) -> None:
    """Write a waiver for a known violation; the rest of the file stays as it is."""
    from datetime import UTC, datetime, timedelta

    from conformance.paths import specs_dir
    from conformance.requirements import load_catalogue
    from conformance.specs import load_operations
    from conformance.waivers import LONGEST, Waiver, add, default_file, known_of

    if days > LONGEST.days:
        raise UsageError(f"--days {days}: a waiver holds at most {LONGEST.days} days; then look again")
    folder = specs_dir()
    catalogue = load_catalogue(folder, load_operations(folder))
    today = datetime.now(UTC).date()
    file = waivers or default_file()
    waiver = Waiver(
        requirement=requirement,
        operation=operation,
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
