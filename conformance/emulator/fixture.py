"""Give a project's own tests an emulator: the pytest fixture ``itwin_emulator``.

Every pytest of the environment imports this module, so it imports nothing that takes time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conformance.emulator.serving import Served


@pytest.fixture(scope="session")
def _itwin_emulator_process() -> Iterator[Served]:
    from conformance.emulator.serving import running  # noqa: PLC0415 - a session that never asks pays nothing

    with running() as served:
        yield served


@pytest.fixture
def itwin_emulator(_itwin_emulator_process: Served) -> Served:
    """Return a running emulator, set back to its beginning before each test."""
    _itwin_emulator_process.reset()
    return _itwin_emulator_process
