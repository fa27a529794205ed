"""Targets that have less than the emulator offers: what remains is judged, and nothing is made up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from conformance.claims.requirements import load_claims
from conformance.emulator.defects.changes import body, status
from conformance.emulator.defects.defect import Defect
from conformance.run.open import new_run
from conformance.run.options import Options
from conformance.run.pytest_plugin.launch import run_scenarios
from conformance.targets.model import Target
from tests.suite.contract.runs import emulator

Verdicts = Mapping[tuple[str, str], str]
CHANGES_NOTHING: Final = "refused-user-changes-nothing"
ACCOUNT: Final = "getITwinAccount"
MADE_HERE: Final = "A defect of this test alone."
NO_ITWIN: Final = Defect("no-itwin", MADE_HERE, (), status("createITwin", 201, 403))


def without_id(shown: dict[str, Any]) -> None:
    """Take the id of an iTwin out of a body."""
    shown.get("iTwin", {}).pop("id", None)


def judged(target: Target, folder: Path, **options: Any) -> tuple[int, Verdicts]:
    """Judge the target and return exit code and verdicts."""
    report = run_scenarios(
        new_run(Options(report_dir=folder, seed=1, **options), target, load_claims()), formats=False
    )
    assert not report.harness_errors
    return report.exit_code, {(each.requirement, each.operation): each.outcome for each in report.verdicts}


def with_fixture(target: Target) -> Target:
    """Let the run use an iTwin that is there, in another data center than new ones."""
    own = {"itwin_id": target.fixtures["other_data_center_itwin_id"]}
    kept = {key: value for key, value in target.fixtures.items() if key != "other_data_center_itwin_id"}
    return target.model_copy(update={"fixtures": kept | own})


def owner_alone(target: Target) -> Target:
    """Leave nothing but the owner."""
    return target.model_copy(update={"roles": {"owner": target.roles["owner"]}, "tokens": {}, "fixtures": {}})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "options", "absent"),
    [
        pytest.param(owner_alone, {}, CHANGES_NOTHING, id="owner-alone"),
        pytest.param(with_fixture, {}, "", id="an-itwin-of-the-target"),
        pytest.param(with_fixture, {"read_only": True}, "", id="read-only"),
    ],
)
def test_what_remains_is_judged_and_conforms(
    change: Callable[[Target], Target], options: dict[str, Any], absent: str, tmp_path: Path
) -> None:
    """A right target without roles, tokens or leave to write conforms, and nobody could not judge."""
    with emulator() as (_, target):
        code, verdicts = judged(change(target), tmp_path, **options)
    assert set(verdicts.values()) <= {"PASS", "OBSERVED", "NOT_APPLICABLE"}
    assert code == 0
    assert sum(verdict == "PASS" for verdict in verdicts.values()) >= 40
    for (requirement, _), verdict in verdicts.items():
        if absent and requirement.endswith(absent):
            assert verdict == "NOT_APPLICABLE"


def test_a_read_only_target_without_an_itwin_cannot_be_judged(tmp_path: Path) -> None:
    """Where nothing may be made and no iTwin is named no refusal proves anything, and none passes."""
    with emulator() as (_, served):
        target = served.model_copy(update={"fixtures": {}})
        code, verdicts = judged(target, tmp_path, read_only=True)
    assert code == 3
    assert "PASS" not in verdicts.values()


@pytest.mark.parametrize("read_only", [False, True])
def test_an_account_is_read_of_a_fixture_where_no_itwin_can_be_made(read_only: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a parameter of pytest
    """A right target in which the owner makes no iTwin shows accounts all the same, and the rest is open."""
    with emulator(NO_ITWIN) as (_, target):
        code, verdicts = judged(target, tmp_path, only=(ACCOUNT,), read_only=read_only)
    assert code == 3
    assert not {"FAIL", "DEVIATION"} & set(verdicts.values())
    assert verdicts["itwins.account.of-this-itwin", ACCOUNT] == "PASS"


def test_an_account_without_id_is_seen_though_new_itwins_have_none_either(tmp_path: Path) -> None:
    """What a target's set-up shows wrong it shows wrong in the operation that is judged, and that is red."""
    no_id = Defect("no-id", MADE_HERE, (), body(("createITwin", ACCOUNT), without_id))
    with emulator(no_id) as (_, target):
        code, verdicts = judged(target, tmp_path, only=(ACCOUNT,))
    assert code == 1
    assert verdicts["itwins.account.text-present", ACCOUNT] == "FAIL"
