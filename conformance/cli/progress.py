"""The live line of a run: how far it is, what it asks, what is broken so far."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

from conformance.results.verdicts import is_red
from conformance.run.run import Run


@contextmanager
def progress_line(*, quiet: bool) -> Iterator[Callable[[Run, str], None]]:
    """Show one line on a terminal that is written over; nothing where nobody looks (a pipe, a CI log)."""
    console = Console(stderr=True)
    if quiet or not sys.stderr.isatty():
        yield lambda *_: None
        return
    with console.status("starting") as status:

        def show(run: Run, scenario: str) -> None:
            red = sum(is_red(verdict) for verdict in run.book)
            name = scenario.removeprefix("test_").replace("_", " ")
            status.update(f"{run.client.budget.sent} requests, {red} violated: {name}"[: console.width - 4])

        yield show
