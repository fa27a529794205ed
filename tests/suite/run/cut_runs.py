"""Runs that are stopped or killed at a request, and what the server holds afterwards, counted there."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from conformance.emulator.serving import Served
from conformance.proof.fault_proxy import ReceivedRequest, fault_proxy
from tests.suite.forking import Process
from tests.suite.independent_server import independent_server, write_targets
from tests.suite.run.runs import QUICK_LIMITS, Ended, Place, held, place, wait


@dataclass(frozen=True)
class Judged:
    """A server that is judged: where it is, how to write its targets file, and what it holds."""

    url: str
    place: Callable[[Path, str], Place]
    count: Callable[[], dict[str, int]]


@contextmanager
def independent() -> Iterator[Judged]:
    """Serve the independent server."""

    def write(folder: Path, url: str) -> Place:
        write_targets(folder, url, QUICK_LIMITS)
        return Place(folder)

    with independent_server() as (url, store):
        yield Judged(url, write, store.count)


def emulated(served: Served) -> Judged:
    """Return the emulator as a server that is judged."""
    return Judged(served.base_url, lambda folder, url: place(folder, served, url), lambda: held(served))


def cut(server: Judged, folder: Path, number: int, kind: signal.Signals) -> tuple[Ended, Ended]:
    """Send a signal to a run at its request of this number, which is still carried out; then clean up.

    Return how the run ended and how `conformance clean` did.
    """
    processes: list[Process] = []

    def cuts(received: ReceivedRequest) -> bool:
        if received.number == number:
            processes[0].send_signal(kind)
        return received.hand_on()

    with fault_proxy(server.url, cuts) as proxy:
        home = server.place(folder, proxy.url)
        report = folder / "report"
        started = time.monotonic()
        processes.append(home.start("run", "--report-dir", str(report)))
        ended = wait(processes[0], report, started)
        proxy.wait_until_idle()
        cleaned = home.verb("clean", "--ledger", str(report))
    return ended, cleaned
