"""`conformance list`: the requirements, filtered as `run` filters them."""

from __future__ import annotations

import json
from typing import Final

import typer

from conformance.cli.options import AsJson, Only

HEADINGS: Final = ("requirement", "operation", "level", "sentence")


def list_requirements(
    only: Only = None,
    as_json: AsJson = False,
) -> None:
    """Print the requirements: id, operation, level and sentence."""
    from conformance.claims.requirements import load_claims, select
    from conformance.report.console import open_console, rows_of, say

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
    out = open_console()
    cells = [(row.id, operation, str(row.level), row.sentence) for row, operation in rows]
    for line in rows_of(("requirement", "operation", "level", "sentence"), cells, out.width):
        say(out, line)
    say(out, f"{len({row.id for row, _ in rows})} requirements, {len(rows)} verdicts in a full run")
