"""How far a run is, on standard error: a live line in a terminal, now and then a plain one elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TextIO

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

if TYPE_CHECKING:
    from conformance.run.run import Run

EVERY: Final = 10.0
"""Seconds between two plain lines, which stay in the log of a job."""
POLL_INTERVAL: Final = 0.2
"""Seconds after which it is looked whether a plain line is due."""
REFRESHES: Final = 4
"""How often a second the live line is drawn again."""


@dataclass
class Progress:
    """Called with a run and the scenario that begins, "" when it begins to delete what it created.

    What is shown is worked out when it is shown, by another thread: requests count up while a scenario goes
    on, and a handler of signals may call it.
    """

    run: Run | None = None
    scenario: str = ""

    def __call__(self, run: Run, scenario: str) -> None:
        """Keep where the run is."""
        self.run, self.scenario = run, scenario

    @property
    def is_ending(self) -> bool:
        """Tell whether nothing is judged any more."""
        return self.run is not None and bool(self.run.log.stopped or not self.scenario)

    def text(self) -> str:
        """Return how far the run is, in one line."""
        if self.run is None:
            return "starting"
        if self.is_ending:
            return _ending(self.run)
        sent = self.run.client.budget.spent.sent
        return f"{sent} requests, {_violated(self.run)} violated; {self.scenario}"


def _violated(run: Run) -> int:
    from conformance.results.verdicts import is_red

    return run.log.violated_elsewhere + sum(is_red(verdict) for verdict in run.book)


def _ending(run: Run) -> str:
    ledger = run.client.ledger
    left = Counter(
        e.what.removesuffix(e.id).strip()
        for book in (ledger, *ledger.inherited)
        for e in list(book.entries.values())
        if e.is_unfinished
    )
    kinds = ", ".join(f"{count} x {what}" for what, count in sorted(left.items()))
    doing = f"deleting what the run created: {kinds}" if kinds else "nothing left to delete"
    return f"{run.log.stopped}; {doing}" if run.log.stopped else doing


@contextmanager
def shown_progress(*, quiet: bool, stream: TextIO | None = None) -> Iterator[Progress]:
    """Show how far the run of the block is, and nothing of it where `quiet`."""
    out = sys.stderr if stream is None else stream  # the block may redirect sys.stderr
    progress = Progress()
    if quiet:
        yield progress
    elif out.isatty():
        console = Console(file=out)
        with Live(
            get_renderable=_Line(progress, console),
            console=console,
            refresh_per_second=REFRESHES,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        ):
            yield progress
    else:
        with _plain_lines(progress, out):
            yield progress


class _Line:
    """The live line: what turns shows that the process is alive."""

    def __init__(self, progress: Progress, console: Console) -> None:
        self.progress = progress
        self.console = console
        self.spinner = Spinner("dots")

    def __call__(self) -> Spinner:
        """Return the line as it is now, cut to the width of the terminal."""
        self.spinner.update(text=Text(self.progress.text()[: self.console.width - 4]))
        return self.spinner


@contextmanager
def _plain_lines(progress: Progress, out: TextIO) -> Iterator[None]:
    ended = threading.Event()
    lines = PlainLines(progress)

    def write() -> None:
        while not ended.wait(POLL_INTERVAL):
            if line := lines.due():
                out.write(f"conformance: {line}\n")
                out.flush()

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@dataclass
class PlainLines:
    """Says which plain line is due: one every `EVERY` seconds, and one at once when deleting begins."""

    progress: Progress
    clock: Callable[[], float] = time.monotonic
    _last: float = 0.0
    _told_the_end: bool = False

    def __post_init__(self) -> None:
        self._last = self.clock()

    def due(self) -> str:
        """Return the line that is due now, or ""."""
        now, ending = self.clock(), self.progress.is_ending
        if now - self._last < EVERY and self._told_the_end >= ending:
            return ""
        self._last, self._told_the_end = now, ending
        return self.progress.text()
