"""`conformance list`: the requirements, filtered as `run` filters them."""

from __future__ import annotations

import json
from typing import Annotated, Final

import typer

HEADINGS: Final = ("requirement", "operation", "level", "sentence")


def list_requirements(
    only: Annotated[
        list[str] | None,
        typer.Option(
            help="Requirement id, pattern, operationId, tag or API; repeatable.", metavar="SELECTOR"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the requirements: id, operation, level and sentence."""
    from conformance.claims.requirements import load_claims, select

    catalogue = load_claims()
    rows = [(catalogue.rows[r], o) for r, o in select(catalogue, tuple(only or ()))]
    if as_json:
        document = [
            {"id": row.id, "operation": operation, "level": str(row.level), "basis": row.basis,
             "sentence": row.sentence, "expect": row.expect,
             "page": row.page, "needs": list(row.needs), "ask": row.ask}
            for row, operation in rows
        ]  # fmt: skip
        typer.echo(json.dumps(document, indent=2))
        return
    cells = [(row.id, operation, str(row.level), row.sentence) for row, operation in rows]
    wide = [max(map(len, column)) for column in zip(HEADINGS, *cells, strict=True)][:-1]
    for *short, sentence in (HEADINGS, *cells):
        # One line a row, whatever the width: it goes into files and through grep.
        padded = "  ".join(cell.ljust(width) for cell, width in zip(short, wide, strict=True))
        typer.echo(f"{padded}  {' '.join(sentence.split())}")
    typer.echo(f"{len({row.id for row, _ in rows})} requirements, {len(rows)} verdicts in a full run")
