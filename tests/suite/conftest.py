"""What all tests of the suite share: tools that a machine may lack, a toy API, an emulator."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

from conformance.claims.openapi import Operation
from conformance.claims.requirements import Catalogue
from conformance.emulator.serving import Served, running
from conformance.targets.model import Target
from tests.suite.forking import COVERAGE_OF_CHILDREN
from tests.suite.toy_api import Checkout, serve_bulbs

TOOLS: Final = {
    "browser": ("chromium", "chromium-browser", "google-chrome", "chrome"),
    "node": ("node",),
}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Measure the coverage of processes that a test starts only where it is marked `measured`.

    Measuring nearly doubles the time of a process, and most of several hundred runs go the same ways.
    """
    asked = os.environ.get(COVERAGE_OF_CHILDREN)
    if asked is None or item.get_closest_marker("measured"):
        return (yield)
    del os.environ[COVERAGE_OF_CHILDREN]
    try:
        return (yield)
    finally:
        os.environ[COVERAGE_OF_CHILDREN] = asked


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose tool is absent, or fail it where CONFORMANCE_REQUIRE names the tool (as CI does)."""
    required = os.environ.get("CONFORMANCE_REQUIRE", "").replace(",", " ").split()
    for mark, commands in TOOLS.items():
        if item.get_closest_marker(mark) is None or any(map(shutil.which, commands)):
            continue
        if mark in required:
            pytest.fail(
                f"CONFORMANCE_REQUIRE names {mark}, and none of {', '.join(commands)} is on PATH",
                pytrace=False,
            )
        pytest.skip(f"no {mark} here: none of {', '.join(commands)} is on PATH")


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    """Return a checkout of bulbs, which is also the working directory."""
    made = Checkout(tmp_path / "checkout")
    monkeypatch.chdir(made.root)
    return made


@pytest.fixture(scope="session")
def bulbs(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """Return the claims of bulbs."""
    return Checkout(tmp_path_factory.mktemp("bulbs") / "checkout").catalogue()


@pytest.fixture(scope="session")
def operations(bulbs: Catalogue) -> Mapping[str, Operation]:
    """Return the operations of bulbs."""
    return bulbs.operations


@pytest.fixture(scope="session")
def bulb_target() -> Iterator[Target]:
    """Return a running server of bulbs as a target."""
    with serve_bulbs() as target:
        yield target


@pytest.fixture
def served() -> Iterator[Served]:
    """Return a right emulator."""
    with running() as emulator:
        yield emulator
