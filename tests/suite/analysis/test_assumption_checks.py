"""A run against a live target says which of the emulator's assumptions it confirmed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from conformance.analysis.assumption_checks import FILE, Assumption, check_assumptions, load
from conformance.claims.level import Level
from conformance.claims.openapi import load_operations
from conformance.emulator import provenance
from conformance.emulator.serving import running
from conformance.exchange.model import Exchange, Request
from conformance.report.assumptions_text import checked, headline
from conformance.results.verdicts import Outcome, Verdict
from tests.suite.checkout import ROOT
from tests.suite.forking import call

SPECS = ROOT / "specs"
JUDGED = (
    "account.",
    "associate.",
    "body.",
    "find.",
    "http.",
    "move.",
    "resource.",
    "throttle.",
    "token.",
    "access.",
)
KNOWN = {each.behaviour: each for each in load(SPECS)}


def seen(requirement: str, observed: str) -> Verdict:
    """Return an observation."""
    return Verdict(
        requirement,
        "anything",
        Level.UNSPECIFIED,
        Outcome.OBSERVED,
        observed=observed,
        evidence=("x1",),
    )


def judged(requirement: str, verdict: Outcome) -> Verdict:
    """Return a verdict on a requirement that the documentation settles."""
    return Verdict(requirement, "anything", Level.SHOULD, verdict, evidence=("x2",))


def outcome(behaviour: str, *verdicts: Verdict, exchanges: tuple[Exchange, ...] = ()) -> Any:
    """Return what these verdicts and exchanges say about one behaviour: True, False or None."""
    found = check_assumptions([KNOWN[behaviour]], verdicts, exchanges, str)
    return found[0].confirmed if found else None


def response(role: str, status: int, purpose: str = "judged") -> Exchange:
    """Return an exchange of a judged operation."""
    operation = load_operations(SPECS)["createRepositoryResource"]
    request = Request("POST", "/x", operation=operation, purpose=purpose)
    return Exchange("x3", role, request, "http://127.0.0.1/x", {}, None, 0.0, 1.0, status=status)


def test_every_assumption_about_the_judged_operations_is_asked_or_said_why_not() -> None:
    """Each row repeats the emulator's own words; each assumption has a row or a reason."""
    behaviours = {each.id: each for each in provenance.behaviours()}
    for row in KNOWN.values():
        assert (row.says, row.source) == (behaviours[row.behaviour].says, behaviours[row.behaviour].source)
    unasked = yaml.safe_load((SPECS / FILE).read_text())["unasked"]
    assumed = {each.id for each in provenance.assumptions() if each.id.startswith(JUDGED)}
    assert assumed <= KNOWN.keys() | unasked.keys()
    assert unasked.keys() <= assumed - KNOWN.keys()
    assert all(unasked.values())


def test_every_answer_names_a_requirement_or_an_operation_that_exists() -> None:
    """A requirement that was renamed would leave its question open for ever."""
    files = sorted(SPECS.rglob("*requirements.yaml"))
    ids = {row["id"] for file in files for row in yaml.safe_load(file.read_text())["requirements"]}
    for row in KNOWN.values():
        for answer in row.answers:
            assert (answer.requirement in ids) != (answer.operation in load_operations(SPECS)), answer


@pytest.mark.parametrize(
    ("observed", "expected"),
    [
        ("404 iTwinNotFound", True),
        ("403 InsufficientPermissions", False),
        ("404 iTwinNotFound | 403 X", False),
        ("", None),
    ],
)
def test_an_observation_confirms_or_refutes(observed: str, *, expected: bool | None) -> None:
    """The pattern has to match each part of what was observed whole; nothing seen is no answer."""
    assert outcome("account.non-member-404", seen("itwins.account.outsider-answer", observed)) is expected


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [(Outcome.PASS, True), (Outcome.DEVIATION, False), (Outcome.FAIL, False), (Outcome.CANNOT_JUDGE, None)],
)
def test_a_judged_requirement_confirms_or_refutes(verdict: Outcome, *, expected: bool | None) -> None:
    """What could not be judged is no answer."""
    assert outcome("http.correlation-id", judged("platform.reply.correlation-id", verdict)) is expected


def test_responses_to_a_role_confirm_or_refute() -> None:
    """Only judged responses to this role with one of the statuses count, and all of them have to agree."""
    foreign = "find.foreign-is-forbidden"
    others = (response("owner", 404), response("outsider", 404, "setup"), response("outsider", 401))
    assert outcome(foreign, exchanges=others) is None
    assert outcome(foreign, exchanges=(*others, response("outsider", 403))) is True
    assert outcome(foreign, exchanges=(response("outsider", 403), response("outsider", 404))) is False


def test_one_occasion_that_disagrees_refutes_a_behaviour_of_several() -> None:
    """What was seen is told with its place, and masked as everything in a report."""
    both = (seen("itwins.resource.id-case", "201"), seen("itwins.resource.name-case", "409 secret"))
    known = [KNOWN["resource.exact-comparison"]]
    (found,) = check_assumptions(known, both, (), lambda text: text.replace("secret", "***"))
    assert (found.confirmed, found.evidence) == (False, ("x1",))
    assert found.observed == "201 (id-case); 409 *** (name-case)"
    other = found.model_copy(update={"behaviour": "b", "confirmed": True})
    assert [line.partition(":")[0] for line in checked([other, found])] == ["OTHERWISE", "as assumed"]
    assert headline([other, found]).startswith("Assumptions checked (2, of which 1 ")


def test_a_folder_without_the_file_has_no_assumptions(tmp_path: Path) -> None:
    """Somebody's own specs need not know the emulator."""
    assert load(tmp_path) == ()
    assert check_assumptions([replace(KNOWN["http.paths"], answers=())], [], [], str) == []
    assert isinstance(KNOWN["http.paths"], Assumption)


@pytest.mark.slow
def test_a_run_tells_what_a_target_does_otherwise(tmp_path: Path) -> None:
    """A target that answers outsiders with 403 refutes one assumption and confirms all others."""
    asked = {answer.requirement for each in KNOWN.values() for answer in each.answers if answer.requirement}
    asked.add("itwins.resource.outsider-refused")
    only = [word for requirement in sorted(asked) for word in ("--only", requirement)]
    command = ["conformance", "run", "--target", "live", *only, "--report-dir", "out"]
    with running(["account-refuses-strangers-with-403"]) as served:
        served.targets("live").write(tmp_path / "targets.toml")
        done = call(command, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads((tmp_path / "out" / "run.json").read_text())["assumptions"]
    told = {each["behaviour"]: each["confirmed"] for each in found}
    assert told == {behaviour: behaviour != "account.non-member-404" for behaviour in KNOWN}
    assert f"Assumptions checked ({len(KNOWN)}, of which 1 otherwise" in done.stdout
    assert "OTHERWISE: A user that is not a member" in done.stdout
    assert "as assumed: GUIDs in paths" in (tmp_path / "out" / "summary.md").read_text()
