"""How far a run is stands on standard error while it goes on: live in a terminal, now and then elsewhere."""

from __future__ import annotations

import contextlib
import io
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from conformance.claims.level import Level
from conformance.cli import progress as module
from conformance.cli.progress import PlainLines, Progress, shown_progress
from conformance.exchange.model import Request, Undo
from conformance.results.verdicts import Outcome, Verdict
from conformance.run.lifecycle import stop
from conformance.run.open import new_run
from conformance.run.options import Options
from conformance.run.run import Run
from conformance.targets.model import Target
from tests.suite.toy_api import Checkout

STEP = "12 of 97: a bulb is there"


@pytest.fixture
def run(checkout: Checkout, bulb_target: Target) -> Iterator[Run]:
    """Return a run with one violation and one thing that it created."""
    made = new_run(Options(report_dir=checkout.root / "report"), bulb_target, checkout.catalogue())
    made.book.add(Verdict("bulbs.get.answers-200", "getBulb", Level.MUST, Outcome.FAIL))
    made.client.ledger.intend("owner", Request("POST", "/bulbs", undo=Undo("bulb", "/bulbs/{id}", "/id")))
    yield made
    made.client.close()


def test_the_line_tells_how_far_the_run_is(run: Run) -> None:
    """Requests, violations and scenario while it judges; what is deleted once it judges no more."""
    progress = Progress()
    assert progress.text() == "starting"
    progress(run, STEP)
    assert progress.text() == f"0 requests, 1 violated; {STEP}"
    progress(run, "")
    assert progress.text() == "deleting what the run created: 1 x bulb"
    progress(run, STEP)
    stop(run, "interrupted by SIGINT")
    assert progress.text() == "interrupted by SIGINT; deleting what the run created: 1 x bulb"
    for entry in run.client.ledger.unfinished():
        run.client.ledger.keep(replace(entry, state="undone"))
    assert progress.text() == "interrupted by SIGINT; nothing left to delete"


def test_a_plain_line_is_due_every_ten_seconds_and_when_the_run_is_interrupted(run: Run) -> None:
    """A log of a job gets one line in ten seconds, and at once one that says what is being deleted."""
    progress, now = Progress(), [100.0]
    lines = PlainLines(progress, lambda: now[0])
    progress(run, STEP)
    said = []
    for now[0] in (100.2, 109.9, 110.0, 110.2, 119.9, 120.0):
        said.append(bool(lines.due()))
    assert said == [False, False, True, False, False, True]
    now[0] = 120.2
    stop(run, "interrupted by SIGINT")
    assert lines.due().startswith("interrupted by SIGINT; deleting")
    now[0] = 120.4
    assert lines.due() == ""
    now[0] = 130.3
    assert lines.due().startswith("interrupted by SIGINT; deleting")


@dataclass
class Stream(io.StringIO):
    """Standard error that tells when something was written: a terminal, or none."""

    terminal: bool
    wanted: str
    seen: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        """Begin empty."""
        super().__init__()

    __hash__ = io.StringIO.__hash__

    def isatty(self) -> bool:
        """Tell whether it is a terminal."""
        return self.terminal

    def write(self, text: str) -> int:
        """Keep the text."""
        written = super().write(text)
        if self.wanted in self.getvalue():
            self.seen.set()
        return written


@pytest.mark.parametrize("terminal", [True, False], ids=["terminal", "log"])
def test_progress_is_seen_while_the_run_goes_on(
    run: Run, monkeypatch: pytest.MonkeyPatch, *, terminal: bool
) -> None:
    """It reaches the stream before the block ends, though the block redirects what it writes itself."""
    monkeypatch.setattr(module, "EVERY", 0.0)
    stream = Stream(terminal, "0 requests, 1 violated; 12 of 97")
    with shown_progress(quiet=False, stream=stream) as progress, contextlib.redirect_stderr(io.StringIO()):
        progress(run, STEP)
        assert stream.seen.wait(10), stream.getvalue()


def test_nothing_is_said_where_it_is_unwanted(run: Run) -> None:
    """A run that prints JSON says nothing else."""
    stream = Stream(terminal=True, wanted="")
    with shown_progress(quiet=True, stream=stream) as progress:
        progress(run, STEP)
    assert stream.getvalue() == ""
