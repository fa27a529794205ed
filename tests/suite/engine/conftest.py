"""Lamps, their house and their server, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from conformance.requirements import Catalogue
from conformance.specs import Operation
from conformance.targets import Target
from tests.suite.engine.lamps import House, lit


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """Return a checkout of lamps, which is also the working directory."""
    made = House(tmp_path / "house")
    monkeypatch.chdir(made.root)
    return made


@pytest.fixture(scope="session")
def lamps(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """Return the claims of lamps."""
    return House(tmp_path_factory.mktemp("lamps") / "house").catalogue()


@pytest.fixture(scope="session")
def operations(lamps: Catalogue) -> Mapping[str, Operation]:
    """Return the operations of lamps."""
    return lamps.operations


@pytest.fixture(scope="session")
def lamp_target() -> Iterator[Target]:
    """Return a running server of lamps as a target."""
    with lit() as target:
        yield target
