"""A race that a run found is found again by replay and by the script, and never called gone."""

from pathlib import Path

import pytest

from conformance.analysis.replay import Reproduced, parse_violation, replay, script_of
from conformance.analysis.replay.sender import sender
from conformance.results.exchange_log import read_exchanges
from conformance.results.run_json import load_run
from tests.suite.analysis.reproduction.test_reproduction import sent_by_a_shell
from tests.suite.contract.runs import emulator, judged

RACE = "itwins.resource.at-once-only-one-id-wins"
VIOLATION = parse_violation(f"{RACE}@createRepositoryResource")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run that found the race."""
    folder = tmp_path_factory.mktemp("race")
    with emulator("resource-race-both-win") as (_, target):
        _, document = judged(target, folder, [RACE])
    assert [row["verdict"] for row in document["verdicts"]] == ["FAIL"]
    return folder


def test_requests_that_were_sent_together_are_recorded_as_one_group(folder: Path) -> None:
    """The four creates have the same group, and what led to them has none."""
    log = read_exchanges(folder)
    (verdict,) = load_run(folder).verdicts
    (group,) = {log[name].group for name in verdict.evidence}
    assert [one.id for one in log.exchanges if one.group == group] == sorted(
        verdict.evidence, key=log.numbers.__getitem__
    )
    assert (group != "", log.exchanges[0].group) == (True, "")


@pytest.mark.parametrize(
    ("defects", "outcome"), [(["resource-race-both-win"], Reproduced.HOLDS), ([], Reproduced.UNKNOWN)]
)
def test_a_race_is_sent_again_together(folder: Path, defects: list[str], outcome: Reproduced) -> None:
    """It is found again where it is, and nobody calls it gone where it does not show."""
    with emulator(*defects) as (_, target), sender(target) as send:
        result = replay(folder, VIOLATION, send)
    assert (result.outcome, result.left_behind) == (outcome, ()), result.reason


def test_the_script_sends_a_race_together_until_it_shows(folder: Path, tmp_path: Path) -> None:
    """The lines end each try with what they made undone, and say in which one it came out as recorded."""
    script = script_of(folder, VIOLATION)
    assert script.count(" &\n") == 4
    host = read_exchanges(folder).exchanges[0].request.url.partition("/connect")[0]
    with emulator("resource-race-both-win") as (_, target):
        said = sent_by_a_shell(script.replace(host, target.base_url), target, tmp_path)
    assert "as recorded, in try" in said
