"""What a run creates is deleted, however it ends: counted on the server, which knows nothing of the run."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from conformance.emulator.serving import Served
from tests.suite.run.cut_runs import Judged, cut, emulated, independent

CUTS = (30, 160, 330)
"""A sample: all of them, at every twentieth request, are cut by ``python benchmarks/nothing_left.py``."""


def check_cut(server: Judged, folder: Path, number: int, kind: signal.Signals) -> None:
    """Check that the server holds what it held before the run that is cut."""
    before = server.count()
    ended, cleaned = cut(server, folder, number, kind)
    assert cleaned.code == 0, f"{ended.said}\n{cleaned.said}"
    assert server.count() == before
    if kind is signal.SIGTERM:
        assert ended.document["leaks"] == []


def test_a_whole_run_leaves_a_server_that_hides_as_it_was(tmp_path: Path) -> None:
    """Deleting an iTwin there hides its data for good: none is left, and every verdict is right."""
    with independent() as server:
        before = server.count()
        ended = server.place(tmp_path, server.url).run()
        assert ended.code == 0, ended.said
        assert ended.document["leaks"] == []
        assert ended.document["requests"]["created"] > 20
        assert server.count() == before


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
@pytest.mark.parametrize("number", CUTS)
def test_a_cut_run_leaves_a_server_that_hides_as_it_was(
    tmp_path: Path, number: int, kind: signal.Signals
) -> None:
    """A run that was stopped cleans up itself; a killed one is cleaned up from its ledger."""
    with independent() as server:
        check_cut(server, tmp_path, number, kind)


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
def test_a_cut_run_leaves_the_emulator_as_it_was(
    tmp_path: Path, served: Served, kind: signal.Signals
) -> None:
    """The same holds for the emulator, whose iTwins take their contents with them."""
    check_cut(emulated(served), tmp_path, 200, kind)
