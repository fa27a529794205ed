"""`conformance defects --torture`: whatever happens to a request on its way, the run takes it well."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import typer


def torture(
    percent: float,
    *,
    workers: int | None,
    seed: int,
    page: Path | None,
    quiet: bool,
    only: Sequence[str] = (),
) -> int:
    """Let everything happen to each request of this part of the scenarios, or of these; return the exit code.

    It is 1 where a run left something behind, or ended, judged or failed otherwise than it should.
    """
    from rich.table import Table

    from conformance.claims.requirements import load_claims
    from conformance.proof.torture.execute import execute, planned
    from conformance.proof.torture.table import markdown, table
    from conformance.report.console import open_console, put, say_lines

    at_once = workers or os.cpu_count() or 1
    found = planned(load_claims(), workers=at_once, seed=seed, percent=percent, only=only)
    endings = []
    for ending in execute(found, workers=at_once, seed=seed):
        endings.append(ending)
        one = ending.ordeal
        what = f"{one.accident} at request {one.number}, {one.request}, of {one.only[0]}"
        say_lines(f"{what}: {problem}" for problem in ending.problems)
        if not quiet and len(endings) % 50 == 0:
            typer.echo(f"{len(endings)} of {len(found)} runs", err=True)
    head, *rows = table(endings)
    shown = Table(box=None, pad_edge=False)
    for name in head:
        shown.add_column(name, justify="left" if name == head[0] else "right")
    for row in rows:
        shown.add_row(*row)
    put(open_console(), shown)
    if page is not None:
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(markdown(endings, seed=seed), encoding="utf-8")
    bad = sum(bool(ending.problems) for ending in endings)
    typer.echo(f"{'RED' if bad else 'green'}; {bad} of {len(endings)} runs took it badly")
    return int(bad > 0)
