# ruff: noqa: INP001 - a script that is started by its path, and no package
"""Serves the emulator on the loopback port that is its argument; writes `targets.toml` one folder above."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from conformance.emulator.serving import running

with running(port=int(sys.argv[1])) as served:
    here = Path(__file__).parent
    served.targets().write(here / "targets.toml")
    (here / ".env").rename(here.parent / ".env")
    (here / "targets.toml").rename(here.parent / "targets.toml")
    threading.Event().wait()
