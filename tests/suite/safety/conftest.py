"""An emulator for each test, and for each test its own folder with a targets file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.emulator.serve import Served, running


@pytest.fixture
def served() -> Iterator[Served]:
    """Return a right emulator."""
    with running() as emulator:
        yield emulator
