"""Serve on the calling thread until SIGINT or SIGTERM, as the command line asks."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from conformance.emulator.errors import EmulatorError
from conformance.emulator.opening import opened
from conformance.emulator.serve import describe
from conformance.emulator.server import serve
from conformance.emulator.settings import Settings

__all__ = ["EmulatorError", "run"]


def run(settings: Settings, host: str, port: int, write_targets: Path | None) -> None:
    """Serve and print the base URL once requests are taken; raise :class:`EmulatorError` if that fails."""
    with opened(settings, host, port, settings.defects) as (emulator, bound):
        served = describe(emulator)
        if write_targets is not None:
            served.targets().write(write_targets)
        for number in (signal.SIGINT, signal.SIGTERM):
            # Uvicorn hands the signal on once it has stopped; by then there is nothing left to interrupt.
            signal.signal(number, lambda *_: None)
        serve(emulator, bound, lambda: _announce(served.base_url))


def _announce(base_url: str) -> None:
    sys.stdout.write(f"{base_url}\n")
    sys.stdout.flush()
