"""Defects compose: all of a family in one emulator change its answers, and none of them ends it."""

from __future__ import annotations

import re

import pytest

from conformance.emulator.catalogue import FAMILIES, switch_on
from conformance.emulator.defects.changes import UnknownStepError
from conformance.emulator.defects.defect import Defect
from conformance.emulator.kernel.emulator import Emulator
from conformance.emulator.serving import running
from tests.suite.proof.walk import unserved, walk

pytestmark = pytest.mark.xdist_group("walk")

NEED_TIME = re.compile("-race-|-fails-|throttled-for-good|-mixes-")
"""What shows only in a race, after a pause or now and then is left to the matrix."""


def families() -> dict[str, list[str]]:
    """Return the names of all defects by the module that they are in, as many together as go together.

    A defect that takes a step away leaves nothing to change for another of the same step.
    """
    found: dict[str, list[str]] = {}
    for family in FAMILIES:
        emulator, name = unserved(), family.__name__.rpartition(".")[2]
        for number, defect in enumerate(each for each in family.DEFECTS if not NEED_TIME.search(each.name)):
            if not goes_with(emulator, defect):
                emulator = unserved()
                assert goes_with(emulator, defect)
                name = f"{family.__name__.rpartition('.')[2]} from {number}"
            found.setdefault(name, []).append(defect.name)
    return found


def goes_with(emulator: Emulator, defect: Defect) -> bool:
    """Switch the defect on and tell whether it found the step that it changes."""
    try:
        switch_on(emulator, defect)
    except UnknownStepError:
        return False
    return True


@pytest.fixture(scope="module")
def healthy() -> list[str]:
    """Return what the right emulator answers."""
    with running() as served:
        return walk(served)


def test_the_walk_is_the_same_on_every_right_emulator(healthy: list[str]) -> None:
    """Nothing in the transcript differs from one emulator to the next."""
    with running() as served:
        assert walk(served) == healthy


@pytest.mark.parametrize("family", families())
def test_all_defects_of_a_family_change_what_is_answered(family: str, healthy: list[str]) -> None:
    """They are installed together, and every request of the walk still gets its answer."""
    with running(defects=families()[family]) as served:
        told = walk(served)
    assert len(told) == len(healthy)
    assert told != healthy
