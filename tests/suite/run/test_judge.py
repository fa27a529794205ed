"""One scenario, several verdicts: what a scope books, what stays open, and whose fault an early end is."""

from __future__ import annotations

from typing import Final

import pytest

from conformance.targets.model import Target
from tests.suite.run.scenarios import run_scenarios, scenario
from tests.suite.toy_api import Checkout, serve_bulbs

GET: Final = "bulbs.get.answers-200"
KEPT: Final = "bulbs.get.id-repeated"
WHOLE: Final = "platform.reply.whole"


def test_scopes_judge_and_the_scenario_goes_on(checkout: Checkout, bulb_target: Target) -> None:
    """A violation is booked with proof, and the next one is judged all the same."""
    body = f"""\
with judge("{GET}"):
    expect.status(get(run, "attic"), 200)
with judge("bulbs.get.kindly"):
    expect.status(get(run, "desk"), 200)
with judge("bulbs.get.colour") as seen:
    seen.observed("green", 7)"""
    target = bulb_target.model_copy(
        update={"roles": {**bulb_target.roles, "reader": bulb_target.roles["owner"]}}
    )
    result = run_scenarios(checkout, target, scenario(body, GET, "bulbs.get.kindly", "bulbs.get.colour"))
    broken = result.verdicts[GET, "getBulb"]
    assert (broken["verdict"], broken["expected"], broken["actual"]) == (
        "FAIL",
        "status 200",
        "404 BulbNotFound",
    )
    assert broken["evidence"]
    assert broken["curl"].endswith("/bulbs/attic")
    assert result.of("bulbs.get.kindly")[0] == "PASS"
    observed = result.verdicts["bulbs.get.colour", "getBulb"]
    assert (observed["verdict"], observed["observed"]) == ("OBSERVED", "green 7")
    assert result.of(KEPT)[0] == result.of("platform.reply.documented-status")[0] == "PASS"
    assert result.document["exit_code"] == 1
    assert result.document["requests"]["per_requirement"][GET] == 1


def test_a_should_that_is_broken_deviates(checkout: Checkout, bulb_target: Target) -> None:
    """A broken should is a deviation: green, or red where deviations count."""
    target = bulb_target.model_copy(
        update={"roles": {**bulb_target.roles, "reader": bulb_target.roles["owner"]}}
    )
    scenarios = scenario(
        'with judge("bulbs.get.kindly"):\n    expect.status(get(run, "attic"), 200)', "bulbs.get.kindly"
    )
    result = run_scenarios(checkout, target, scenarios, only=("bulbs.get.kindly",), strict=True)
    assert (result.of("bulbs.get.kindly")[0], result.document["exit_code"]) == ("DEVIATION", 1)


def test_what_is_declared_and_never_judged_could_not_be_judged(
    checkout: Checkout, bulb_target: Target
) -> None:
    """A scenario that ends without its scope leaves its requirement unjudged, and says so."""
    result = run_scenarios(checkout, bulb_target, scenario("get(run, 'desk')", GET))
    assert result.of(GET) == ("CANNOT_JUDGE", "the scenario ended without judging it")
    assert result.document["exit_code"] == 3


def test_what_is_judged_and_not_declared_is_a_failure_of_the_suite(
    checkout: Checkout, bulb_target: Target
) -> None:
    """A scope that the scenario never declared is the suite's fault and exit code 2."""
    result = run_scenarios(checkout, bulb_target, scenario('with judge("bulbs.get.colour"):\n    pass', GET))
    assert result.of(GET)[0] == "HARNESS_ERROR"
    assert "judges bulbs.get.colour and never declared it with @verifies" in result.of(GET)[1]
    assert result.of("bulbs.get.colour")[0] == "CANNOT_JUDGE"
    assert result.document["exit_code"] == 2
    assert result.document["harness_errors"]


def test_a_scope_of_several_operations_says_which(checkout: Checkout, bulb_target: Target) -> None:
    """A scope that does not say which of several operations it means is a failure of the suite."""
    unclear = scenario(f'with judge("{WHOLE}"):\n    pass', WHOLE)
    result = run_scenarios(checkout, bulb_target, unclear, only=(WHOLE,))
    assert "does not say on which operation" in result.of(WHOLE)[1]


def test_a_scenario_is_told_for_each_operation(checkout: Checkout, bulb_target: Target) -> None:
    """A scenario with an operation judges each of them, and names it in its scope."""
    body = f"""\
    spec = run.catalogue.operations[operation]
    with judge("{WHOLE}", operation):
        names = dict.fromkeys(spec.path_parameters, "desk")
        expect.status(run.client.send(request_for(spec, names)), 200, 204)
"""
    scenarios = f'@verifies("{WHOLE}")\ndef test_each(run, operation, judge):\n    """A scenario."""\n{body}'
    both = ("getBulb", "breakBulb")
    result = run_scenarios(checkout, bulb_target, scenarios, only=tuple(f"{WHOLE}@{each}" for each in both))
    assert {o: result.of(WHOLE, o)[0] for o in both} == dict.fromkeys(both, "PASS")


def test_a_scenario_judges_the_operations_that_it_names(checkout: Checkout, bulb_target: Target) -> None:
    """Of a requirement on several operations two scenarios judge one each, and nothing is left open."""
    scenarios = "".join(
        f'@verifies("{WHOLE}", operations=("{operation}",))\n'
        + scenario(f'with judge("{WHOLE}"):\n    get(run, "desk")', name=operation)
        for operation in ("getBulb", "breakBulb")
    )
    result = run_scenarios(checkout, bulb_target, scenarios, only=(f"{WHOLE}@getBulb", f"{WHOLE}@breakBulb"))
    assert result.of(WHOLE, "getBulb")[0] == "PASS"
    assert result.of(WHOLE, "breakBulb") == (
        "CANNOT_JUDGE",
        "nothing proves it: no request of breakBulb that it rests on was carried out",
    )


@pytest.mark.parametrize(
    ("line", "verdict", "reason", "code"),
    [
        ("raise NotJudged('no bulb')", "CANNOT_JUDGE", "no bulb", 3),
        (
            "expect.status(get(run, 'attic'), 200)",
            "CANNOT_JUDGE",
            "a prerequisite failed: expected status 200;",
            3,
        ),
        ("raise ValueError('odd')", "HARNESS_ERROR", "ValueError: odd", 2),
        ("assert 1 == 2", "HARNESS_ERROR", "AssertionError", 2),
        ("judge.last()", "HARNESS_ERROR", "sent nothing and wants evidence", 2),
        ("get(run, 'gone')", "CANNOT_JUDGE", "getBulb: no response (broken", 3),
        ("raise KeyboardInterrupt", "CANNOT_JUDGE", "interrupted", 3),
    ],
)
def test_an_early_end_is_told_by_whose_fault_it_is(
    checkout: Checkout, bulb_target: Target, line: str, verdict: str, reason: str, code: int
) -> None:
    """Outside a scope a failure is a broken prerequisite or the suite's; what was judged before stands."""
    body = f'with judge("bulbs.get.colour") as seen:\n    seen.observed("red")\n{line}'
    result = run_scenarios(
        checkout, bulb_target, scenario(body, "bulbs.get.colour", GET), only=("bulbs.get.colour", GET)
    )
    assert result.of(GET)[0] == verdict, result.of(GET)
    assert reason in result.of(GET)[1]
    assert result.of("bulbs.get.colour")[0] == "OBSERVED"
    assert result.document["exit_code"] == code


def test_not_judged_inside_a_scope_is_that_scopes_alone(checkout: Checkout, bulb_target: Target) -> None:
    """What cannot be judged in one scope leaves the others as they are."""
    body = f"""\
with judge("{GET}"):
    raise NotJudged("too dark")
with judge("bulbs.get.colour"):
    pass"""
    result = run_scenarios(checkout, bulb_target, scenario(body, GET, "bulbs.get.colour"))
    assert result.of(GET) == ("CANNOT_JUDGE", "too dark")
    assert result.of("bulbs.get.colour")[0] == "OBSERVED"


def test_what_follows_a_write_without_a_response_is_no_violation(
    checkout: Checkout, bulb_target: Target
) -> None:
    """Nobody knows whether the write was carried out: what a later scope misses is no violation."""
    body = f"""\
with judge("{GET}"):
    changes = {{"request": Request("POST", "/bulbs"), "status": None, "failure": "timeout"}}
    lost = dataclasses.replace(get(run, "desk"), **changes)
    judge.exchanges.append(lost)
    raise NotJudged("no response", (lost.id,))
with judge("{WHOLE}", "getBulb"):
    expect.status(get(run, "attic"), 200)"""
    text = "import dataclasses\nfrom conformance.exchange.model import Request\n\n" + scenario(
        body, GET, WHOLE
    )
    result = run_scenarios(checkout, bulb_target, text, only=(GET, WHOLE))
    verdict, reason = result.of(WHOLE, "getBulb")
    assert verdict == "CANNOT_JUDGE"
    assert "whether it was: no response" in reason


def test_a_scenario_can_say_that_it_does_not_apply(checkout: Checkout, bulb_target: Target) -> None:
    """What a scenario finds not to apply is not applicable with its reason, one requirement or all."""
    one = 'judge.not_applicable("no colours here", "bulbs.get.colour")\njudge.not_applicable("no bulbs here")'
    result = run_scenarios(checkout, bulb_target, scenario(one, "bulbs.get.colour", GET))
    assert result.of("bulbs.get.colour") == ("NOT_APPLICABLE", "no colours here")
    assert result.of(GET) == ("NOT_APPLICABLE", "no bulbs here")


def test_what_the_target_lacks_is_not_applicable(checkout: Checkout, bulb_target: Target) -> None:
    """A role that the target lacks, and a write of a read-only run, make a requirement not applicable."""
    result = run_scenarios(
        checkout, bulb_target, scenario("assert False", "bulbs.get.kindly"), read_only=True
    )
    assert "the target has no role reader" in result.of("bulbs.get.kindly")[1]
    assert result.of("bulbs.break.answers-204", "breakBulb") == (
        "NOT_APPLICABLE",
        "the run is read-only and this needs a write",
    )
    assert result.of(WHOLE, "addBulb") == ("NOT_APPLICABLE", "the run is read-only and this operation writes")
    assert result.of(GET) == ("CANNOT_JUDGE", "no response of this run exercised it")
    assert not result.document["harness_errors"]


@pytest.mark.parametrize(
    ("verified", "complaint"),
    [("bulbs.get.nothing", "which is no requirement"), ("bulbs.break.loudly", "which is excluded")],
)
def test_a_scenario_of_no_requirement_is_a_failure_of_the_suite(
    checkout: Checkout, bulb_target: Target, verified: str, complaint: str
) -> None:
    """A scenario that verifies no requirement, or what is excluded, ends the run with exit code 2."""
    result = run_scenarios(checkout, bulb_target, scenario("pass", verified))
    assert result.document["exit_code"] == 2
    assert complaint in result.document["harness_errors"][0]


def test_a_module_that_cannot_be_read_is_a_failure_of_the_suite(
    checkout: Checkout, bulb_target: Target
) -> None:
    """A syntax error in a module of scenarios is said, and nothing is taken for judged."""
    checkout.scenarios("def broken(:\n")
    result = run_scenarios(
        checkout,
        bulb_target,
        scenario(f'with judge("{GET}"):\n    expect.status(get(run, "desk"), 200)', GET),
    )
    assert result.document["exit_code"] == 2
    assert "SyntaxError" in result.document["harness_errors"][0]
    assert result.of(GET) == ("CANNOT_JUDGE", "a module of scenarios cannot be read")
    assert result.document["complete"] is False


def test_scenarios_come_in_the_order_of_their_phases(checkout: Checkout, bulb_target: Target) -> None:
    """First ones come first and generated ones last, after what waited, whatever their place in the file."""
    seen = 'TOLD.append(0)\nwith judge("bulbs.get.colour") as seen:\n    seen.observed("{0}", len(TOLD))'
    waiting = "@judge.at_end\ndef finish():\n    " + seen.format("waiting").replace("\n", "\n    ")
    scenarios = "TOLD = []\n\n\n" + scenario(waiting, "bulbs.get.colour", name="waiting")
    scenarios += "".join(
        scenario(seen.format(when), "bulbs.get.colour", name=when, decorators=f'@phase("{when}")\n')
        for when in ("generated", "first")
    )
    scenarios += scenario(seen.format("between"), "bulbs.get.colour", name="between")
    result = run_scenarios(checkout, bulb_target, scenarios).verdicts["bulbs.get.colour", "getBulb"]
    assert result["observed"] == "between 2 | first 1 | generated 4 | waiting 3"


def test_what_waits_for_the_end_is_judged_by_its_own_scenario(
    checkout: Checkout, bulb_target: Target
) -> None:
    """A check at the end judges what its scenario declared; one that fails early leaves the reason there."""
    finish = f"""\
bulb = get(run, "desk")
@judge.at_end
def finish():
    with judge("{GET}"):
        expect.status(bulb, 200)
    {{}}"""
    result = run_scenarios(checkout, bulb_target, scenario(finish.format("pass"), GET), only=(GET,))
    assert result.of(GET) == ("PASS", f"judged in {result.scenario(GET)}")
    for line, verdict in (("raise NotJudged('no bulb')", "CANNOT_JUDGE"), ("assert False", "HARNESS_ERROR")):
        scope = f'    with judge("{GET}")'
        early = finish.format("pass").replace(scope, f"    {line}\n{scope}")
        assert run_scenarios(checkout, bulb_target, scenario(early, GET), only=(GET,)).of(GET)[0] == verdict


def test_nothing_of_a_secret_is_left_in_the_report(checkout: Checkout, bulb_target: Target) -> None:
    """A token in the words of a violation or of a failure of the suite is masked in every file."""
    token = "the-token-of-the-owner"
    body = f"""\
with judge("{GET}"):
    get(run, "desk")
    raise Violation("{token}", "{token}", ())
raise ValueError("{token}")"""
    result = run_scenarios(checkout, bulb_target, scenario(body, GET, "bulbs.get.colour"))
    assert result.of(GET)[0] == "FAIL"
    for file in (checkout.root / "report").rglob("*"):
        if file.is_file():
            assert token not in file.read_text(encoding="utf-8"), file.name


@pytest.fixture
def dead_target() -> Target:
    """Return bulbs that have gone: nobody answers at their address any more."""
    with serve_bulbs() as target:
        return target


def test_a_target_that_is_gone_is_not_asked_for_ever(checkout: Checkout, dead_target: Target) -> None:
    """After three requests without a response no scenario sends more, and each requirement says why."""
    scenarios = "".join(
        scenario(f'with judge("{GET}"):\n    expect.status(get(run, "desk"), 200)', GET, name=f"s{number}")
        for number in range(5)
    )
    result = run_scenarios(checkout, dead_target, scenarios)
    assert result.document["exit_code"] == 3
    assert result.document["requests"]["total"] <= 4
    assert {v["verdict"] for v in result.document["verdicts"]} <= {"CANNOT_JUDGE", "NOT_APPLICABLE"}
    assert "could not connect" in result.of(GET)[1]
    assert "the target is unreachable: 3 requests in a row" in result.of(KEPT)[1]


def test_a_spent_budget_is_no_violation(checkout: Checkout, bulb_target: Target) -> None:
    """When the requests are spent, the rest could not be judged; what was judged stands."""
    scenarios = "".join(
        scenario(
            f'with judge("{requirement}"):\n    expect.status(get(run, "desk"), 200)',
            requirement,
            name=f"s{n}",
        )
        for n, requirement in enumerate((GET, "bulbs.get.colour"))
    )
    result = run_scenarios(checkout, bulb_target, scenarios, max_requests=1)
    assert result.of(GET)[0] == "PASS"
    assert result.of("bulbs.get.colour")[0] == "CANNOT_JUDGE"
    assert "budget spent: 1 of 1 requests sent" in result.of("bulbs.get.colour")[1]
    assert result.document["exit_code"] == 3


def test_what_never_left_has_created_nothing(checkout: Checkout, dead_target: Target) -> None:
    """A creating request that could not connect is no loss: nothing is left, and silence is the reason."""
    body = """\
request = request_for(run.catalogue.operations["addBulb"], {"room": "hall"}, json={})
with judge("platform.reply.documented-status", "addBulb"):
    run.client.send(request)"""
    scenarios = "".join(scenario(body, "platform.reply.documented-status", name=f"s{n}") for n in range(5))
    result = run_scenarios(checkout, dead_target, scenarios, only=("addBulb",))
    verdict, reason = result.of("platform.reply.documented-status", "addBulb")
    assert verdict == "CANNOT_JUDGE"
    assert "could not connect" in reason
    assert (result.document["leaks"], result.document["requests"]["created"]) == ([], 0)


def test_options_of_other_tests_do_not_end_a_run(
    checkout: Checkout, bulb_target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PYTEST_ADDOPTS is for the user's own tests: with -x a run would end at the first violation."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "-x --no-such-option")
    body = f'with judge("{GET}"):\n    expect.status(get(run, "attic"), 200)'
    scenarios = scenario(body, GET, name="first") + scenario(
        'with judge("bulbs.get.colour") as seen:\n    seen.observed("green")', "bulbs.get.colour"
    )
    result = run_scenarios(checkout, bulb_target, scenarios)
    assert (result.of(GET)[0], result.of("bulbs.get.colour")[0]) == ("FAIL", "OBSERVED")
