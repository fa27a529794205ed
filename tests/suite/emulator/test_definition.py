"""The emulator says of each of its operations what it takes and answers, and the suite can judge it."""

from __future__ import annotations

from pathlib import Path

import requests
from openapi_spec_validator import validate

from conformance.emulator.apis.definition import descriptions
from conformance.emulator.apis.operations import OPERATIONS
from conformance.results.verdicts import VIOLATED, Outcome
from conformance.targets.embedded import embedded_target
from tests.suite.run.derived.judged import added, judged, verdicts

NOT_REACHED = frozenset(
    {"updateMember", "removeMember", "removeOwner", "dissociateRealityData"}
    | {"addGroupMembers", "getGroupMember", "updateGroupMember", "removeGroupMember"}
    | {"deleteGroupInvitation", "uploadITwinImage", "getITwinImage", "deleteITwinImage"}
)
"""They need a member, a group that is one, an association, or a picture: no definition says how."""


def test_each_operation_is_described_and_no_other() -> None:
    """What is served and what is described are the same."""
    assert descriptions().keys() == {each.name for each in OPERATIONS}


def test_every_operation_is_judged_and_nothing_is_red(tmp_path: Path) -> None:
    """The definition is valid; the emulator keeps it, and what a run creates is gone afterwards."""
    with embedded_target() as target:
        document = requests.get(f"{target.base_url}/openapi.json", timeout=10).json()
        validate(document)
        before = _held(target.base_url)
        run = judged(added(tmp_path, document), target, tmp_path / "run", profile="quick")
        after = _held(target.base_url)
    found = verdicts(run)
    assert {name: v.actual for name, v in found.items() if v.outcome in VIOLATED} == {}
    assert [name for name, v in found.items() if v.outcome is Outcome.HARNESS_ERROR] == []
    assert run.log.leaks == []
    # Nothing deletes an export or forgets a recent iTwin that is gone.
    assert {kind for kind in before if before[kind] != after[kind]} <= {"exports", "marks"}
    seen = {v.operation.rpartition(":")[2] for v in found.values() if v.outcome is Outcome.PASS}
    assert {each.name for each in OPERATIONS} - seen <= NOT_REACHED


def _held(base_url: str) -> dict[str, int]:
    counts: dict[str, int] = requests.get(f"{base_url}/_emulator/state", timeout=10).json()
    return counts
