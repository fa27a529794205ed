"""`conformance drift`: what changed from one definition of an API to the next, and what that breaks."""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from conformance.cli.options import AsJson, Verbose

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.claims.drift.change import Change


def drift(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The earlier definition.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The later definition.")],
    verbose: Verbose = False,
    as_json: AsJson = False,
) -> None:
    """Say what changed between two definitions of an API, and whether it breaks those who use it.

    Breaking is what a client that was written for OLD may stumble over: something that it sends is refused
    now, or something that it receives is gone, or new where it did not expect more. A new member of a
    response is compatible: so the platform's lifecycle rules say.

    OLD and NEW are files, or names of APIs that were added. Exit code: 1 a breaking change, 0 none.
    """
    from conformance.claims.drift.change import Effect
    from conformance.claims.drift.kept_definition import definition
    from conformance.claims.drift.operations import drift as compare
    from conformance.report.console import say_lines

    changes = compare(definition(old), definition(new))
    if as_json:
        typer.echo(json.dumps([asdict(change) for change in changes], indent=1))
    else:
        say_lines(_lines(changes, verbose=verbose))
    raise typer.Exit(int(any(change.effect is Effect.BREAKING for change in changes)))


def _lines(changes: Sequence[Change], *, verbose: bool) -> Iterator[str]:
    from conformance.claims.drift.change import Effect

    if not changes:
        yield "nothing changed"
    for effect, several in groupby(changes, key=lambda change: change.effect):
        found = list(several)
        if effect is Effect.DOCUMENTATION and not verbose:
            yield f"documentation: {len(found)} changes (-v shows them)"
            continue
        yield f"{effect}: {len(found)}"
        for operation, own in groupby(found, key=lambda change: change.operation):
            yield f"  {operation}"
            yield from (f"    {_in_words(change)}" for change in own)


def _in_words(change: Change) -> str:
    return f"{change.where}: {change.what}" if change.where else change.what
