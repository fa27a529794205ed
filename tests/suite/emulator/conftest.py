"""An emulator that the tests of this folder share; each makes its own iTwins in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.emulator.serving import Served, running
from tests.suite.emulator.caller import Caller


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    """Return an emulator that runs for the whole session."""
    with running() as found:
        yield found


@pytest.fixture
def owner(served: Served) -> Iterator[Caller]:
    """Return a caller that holds every permission on what it creates."""
    caller = Caller(served)
    with caller.session:
        yield caller


@pytest.fixture
def itwin(owner: Caller) -> str:
    """Return the id of a new iTwin of the owner."""
    return owner.itwin()


@pytest.fixture
def repository(owner: Caller, itwin: str) -> str:
    """Return the id of a new map repository in the iTwin."""
    return owner.repository(itwin)


@pytest.fixture
def data(owner: Caller, itwin: str) -> str:
    """Return the id of a new reality data in the iTwin."""
    return owner.data(itwin)
