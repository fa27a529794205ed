"""Faults compose: all of a family in one emulator change its answers, and none of them ends it."""

from __future__ import annotations

from itertools import groupby

import pytest

from conformance.emulator.faults import Fault, UnknownStepError, catalogue, install
from conformance.emulator.identity.tokens import Issuer
from conformance.emulator.instance import Emulator
from conformance.emulator.seed import plant
from conformance.emulator.serve import running
from conformance.emulator.settings import Settings
from conformance.emulator.state import State
from tests.suite.proof.walk import walk

NEED_TIME = ("timing", "throttled-for-good")
"""What shows only in a race, after a pause or now and then is left to the matrix."""


def families() -> dict[str, list[str]]:
    """Return the names of all defects by the module that they stand in, as many together as go together.

    A defect that takes a step away leaves nothing to change for another of the same step.
    """
    found: dict[str, list[str]] = {}
    here = [fault for fault in catalogue().values() if not {module_of(fault), fault.name} & {*NEED_TIME}]
    for module, faults in groupby(here, module_of):
        emulator, name = fresh(), module
        for number, fault in enumerate(faults):
            if not goes_with(emulator, fault):
                emulator = fresh()
                assert goes_with(emulator, fault)
                name = f"{module} from {number}"
            found.setdefault(name, []).append(fault.name)
    return found


def module_of(fault: Fault) -> str:
    """Return the name of the module that a fault stands in."""
    return fault.install.__module__.rpartition(".")[2]


def fresh() -> Emulator:
    """Return a right emulator that is not served."""
    state = State()
    plant(state)
    issuer = Issuer("http://127.0.0.1")
    return Emulator(Settings(), state, issuer, issuer.url)


def goes_with(emulator: Emulator, fault: Fault) -> bool:
    """Install the fault and tell whether it found the step that it changes."""
    try:
        install(emulator, fault)
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
def test_all_faults_of_a_family_change_what_is_answered(family: str, healthy: list[str]) -> None:
    """They are installed together, and every request of the walk still gets its answer."""
    with running(defects=families()[family]) as served:
        told = walk(served)
    assert len(told) == len(healthy)
    assert told != healthy
