"""`conformance waive`: writes a known violation into the waivers file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from conformance.cli.options import REPORTS, Reports
from conformance.errors import UsageError


@dataclass(frozen=True)
class _Ticket:
    """Who lives with a violation, why and how long."""

    target: str
    reason: str
    defect: str
    owner: str
    kind: str
    days: int


def waive(
    requirement: Annotated[
        str,
        typer.Argument(
            metavar="VIOLATION", help="REQUIREMENT@OPERATION or the key of a cause, as in the report."
        ),
    ],
    target: Annotated[str, typer.Option("--target", help="The target on which it is violated.")],
    reason: Annotated[str, typer.Option("--reason", help="Why one can live with it for a while.")],
    defect: Annotated[str, typer.Option("--defect", metavar="URL", help="Where it is being mended.")],
    owner: Annotated[str, typer.Option("--owner", help="Who sees to it.")],
    days: Annotated[int, typer.Option("--days", min=1, help="How long it holds; at most 90 days.")] = 30,
    operation: Annotated[
        str, typer.Option("--operation", help="The operationId, where the requirement alone is named.")
    ] = "",
    run: Annotated[
        str, typer.Option("--run", help="The run of a cause: its id or folder; else the newest that has it.")
    ] = "",
    kind: Annotated[
        str,
        typer.Option("--kind", help="failing, or flaky: it comes and goes; else as the history has it."),
    ] = "",
    reports: Reports = REPORTS,
    waivers: Annotated[
        Path | None,
        typer.Option("--waivers", metavar="FILE", help="waivers.yaml here, or else specs/waivers.yaml."),
    ] = None,
) -> None:
    """Write a waiver for a known violation; the rest of the file stays as it is.

    What the history of the target knows of it is used: its operation, where it is violated on only one, the
    day on which it came, and whether it comes and goes. The key of a cause waives what the cause explains,
    listed in the row: a further violation of the same cause is red until it is listed.
    """
    from datetime import UTC, date, datetime, timedelta

    from conformance.analysis.explain import requirement_of
    from conformance.analysis.history import open_violations, read_history
    from conformance.analysis.replay import parse_violation
    from conformance.analysis.waivers import LONGEST, Waiver, default_file, known_of
    from conformance.analysis.waivers.write import add
    from conformance.claims.requirements import load_claims

    if days > LONGEST.days:
        raise UsageError(f"--days {days}: a waiver holds at most {LONGEST.days} days; then look again")
    catalogue = load_claims()
    if re.fullmatch(r"[0-9a-f]{4,12}", requirement, re.IGNORECASE):
        ticket = _Ticket(target, reason, defect, owner, kind, days)
        typer.echo(_waive_cause(requirement, run, reports, ticket, waivers or default_file()))
        return
    violation = parse_violation(requirement)
    operations = requirement_of(catalogue, violation.requirement).operations
    known = [
        found
        for found in open_violations(read_history(reports), target=target)
        if found.requirement == violation.requirement
    ]
    where = {name for name in (operation, violation.operation) if name} or set(operations)
    if len(where) > 1 and len(known) == 1:
        where = {known[0].operation}
    if len(where) > 1:
        raise UsageError(f"{requirement}: on which operation? Name one of {', '.join(sorted(where))}")
    today = datetime.now(UTC).date()
    named = where.pop()
    seen = next((found for found in known if found.operation == named), None)
    if seen is None:
        typer.echo(f"{violation.requirement}@{named}: no run of {target} in {reports} violates it", err=True)
    file = waivers or default_file()
    waiver = Waiver(
        requirement=violation.requirement,
        operation=named,
        target=target,
        reason=reason,
        defect=defect,
        owner=owner,
        first_seen=date.fromisoformat(seen.since_started[:10]) if seen else today,
        expires=today + timedelta(days=days),
        kind=kind or ("flaky" if seen and seen.flaky else "failing"),
    )
    written = add(file, waiver, today=today, known=known_of(catalogue))
    typer.echo(f"{file}:{written.line}: waived until {written.expires}")


def _waive_cause(key: str, run: str, reports: Path, ticket: _Ticket, file: Path) -> str:
    """Write a row for what a cause explains and no waiver covers yet; return what was written."""
    from datetime import UTC, date, datetime, timedelta

    from conformance.analysis.explain_cause import cause_named
    from conformance.analysis.history.causes import run_with_cause
    from conformance.analysis.waivers import Waiver, known_of, load
    from conformance.analysis.waivers.write import add
    from conformance.claims.requirements import load_claims
    from conformance.report.statistics import plural

    report = run_with_cause(key, run, reports, target=ticket.target)
    if report.target != ticket.target:
        raise UsageError(f"{key}: run {report.run_id} judged {report.target}, not {ticket.target}")
    cause = cause_named(report, key)
    today = datetime.now(UTC).date()
    known = known_of(load_claims())
    old = load(file, today=today, known=known) if file.exists() else ()
    covered = {one.pair for one in old if one.target == ticket.target}
    pairs = [tuple(name.split("@", 1)) for name in cause.explains]
    open_pairs = [pair for pair in pairs if pair not in covered]
    if not open_pairs:
        raise UsageError(f"{file}: all {len(pairs)} violations of cause {cause.key} are waived already")
    rows = [
        Waiver(
            requirement=requirement,
            operation=operation,
            target=ticket.target,
            reason=ticket.reason,
            defect=ticket.defect,
            owner=ticket.owner,
            first_seen=date.fromisoformat(cause.since.date) if cause.since.date else today,
            expires=today + timedelta(days=ticket.days),
            kind=ticket.kind or "failing",
            cause=cause.key,
        )
        for requirement, operation in open_pairs
    ]
    written = add(file, *rows, today=today, known=known)
    what = f"{plural(len(rows), 'violation')} waived until {written.expires}"
    return f"{file}:{written.line}: {what}: {cause.sentence}"
