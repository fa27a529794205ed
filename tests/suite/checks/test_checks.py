"""Each check that is made on every exchange: where it holds, where it fails, and where it does not apply."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest

from conformance.checks.booker import Booker, booker, check_of
from conformance.checks.check import known_checks
from conformance.checks.values import same, shown
from conformance.claims.level import Level
from conformance.claims.openapi import Operation
from conformance.claims.requirements import Catalogue
from conformance.exchange.model import ABSENT, Exchange
from conformance.exchange.redaction import Redactor
from conformance.results.verdicts import Book, Outcome, Verdict
from tests.suite.toy_api import response

TOKEN: Final = "a-token-of-the-run-0123456789"
GUID: Final = "d0f27dd5-0a0a-4b0e-8a5b-2b0d3e0f5c11"
NOT_FOUND: Final = {"error": {"code": "BulbNotFound", "message": "No such bulb."}}
BULB: Final = {"id": "desk", "lit": True}

# check, status, body, what else is special, what is seen: None where it does not apply, "" where it holds.
CASES: Final[tuple[tuple[str, int, Any, dict[str, Any], str | None], ...]] = (
    ("documented-status", 200, BULB, {}, ""),
    ("documented-status", 418, BULB, {}, "status 418, which the page does not list"),
    ("documented-status", 400, BULB, {"request": {"tolerated": frozenset({400})}}, None),
    ("documented-status", 200, BULB, {"request": {"tolerated": frozenset({200})}}, ""),
    ("success-schema", 200, BULB, {}, ""),
    ("success-schema", 200, {**BULB, "name": None}, {}, ""),
    ("success-schema", 200, {"id": "desk"}, {}, "/: 'lit' is a required property"),
    ("success-schema", 200, {**BULB, "odd": 1}, {},
     "/: Additional properties are not allowed ('odd' was unexpected)"),
    ("success-schema", 200, {**BULB, "lit": "yes"}, {}, "/lit: 'yes' is not of type 'boolean'"),
    ("success-schema", 200, {}, {}, "/: 'id' is a required property; /: 'lit' is a required property"),
    ("success-schema", 200, b"<p>", {}, "a body that is no JSON: '<p>'"),
    ("success-schema", 200, b"x" * 90, {}, f"a body that is no JSON: '{'x' * 40} … {'x' * 40}'"),
    ("success-schema", 200, ABSENT, {}, "an empty body"),
    ("success-schema", 200, BULB, {"truncated": True}, "a body of more than 27 bytes"),
    ("success-schema", 404, {}, {}, None),
    ("success-schema", 202, {}, {}, None),
    ("error-schema", 404, NOT_FOUND, {}, ""),
    ("error-schema", 404, {"error": {"code": "x"}}, {}, "/error: 'message' is a required property"),
    ("error-schema", 404, ABSENT, {}, "an empty body"),
    ("error-schema", 200, {}, {}, None),
    ("error-schema", 500, {}, {}, None),
    ("json-media-type", 200, BULB, {}, ""),
    ("json-media-type", 200, BULB, {"headers": {"content-type": "application/vnd.x+json; charset=utf-8"}},
     ""),
    ("json-media-type", 200, BULB, {"headers": {"Content-Type": "APPLICATION/JSON"}}, ""),
    ("json-media-type", 200, BULB, {"headers": {"Content-Type": "text/json"}}, "Content-Type text/json"),
    ("json-media-type", 200, BULB, {"headers": {}}, "a body without a Content-Type"),
    ("json-media-type", 200, ABSENT, {}, None),
    ("json-media-type", 418, BULB, {"headers": {}}, None),
    ("correlation-id", 200, BULB, {"headers": {"X-Correlation-Id": GUID.upper()}}, ""),
    ("correlation-id", 200, BULB, {"headers": {}}, "no x-correlation-id header"),
    ("correlation-id", 200, BULB, {"headers": {"x-correlation-id": "7"}},
     "x-correlation-id: 7, which is no GUID"),
    ("retry-after-in-seconds", 429, NOT_FOUND, {"headers": {"Retry-After": "60"}}, ""),
    ("retry-after-in-seconds", 429, NOT_FOUND, {}, "429 without a Retry-After header"),
    ("retry-after-in-seconds", 429, NOT_FOUND, {"headers": {"Retry-After": "soon"}},
     "Retry-After: soon, which is no number of seconds"),
    ("retry-after-in-seconds", 200, BULB, {}, None),
    ("message-present", 404, NOT_FOUND, {}, ""),
    ("message-present", 404, {"error": {"message": " "}}, {}, "message ' '"),
    ("message-present", 404, {"error": {}}, {}, ""),
    ("message-present", 200, {"error": {"message": ""}}, {}, None),
    ("message-present", 418, {"error": {"message": ""}}, {}, None),
    ("error-code", 404, NOT_FOUND, {}, ""),
    ("error-code", 404, {"error": {"code": " "}}, {}, "code ' '"),
    ("error-code", 404, {}, {}, None),
    ("error-code", 200, {"error": {"code": ""}}, {}, None),
    ("no-body", 204, ABSENT, {}, ""),
    ("no-body", 204, ABSENT, {"headers": {"Content-Length": "0"}}, ""),
    ("no-body", 204, b"{}", {}, "a body of 2 bytes or more"),
    ("no-body", 204, ABSENT, {"headers": {"Content-Length": ""}}, ""),
    ("no-body", 204, ABSENT, {"headers": {"Content-Length": "12"}}, "Content-Length: 12"),
    ("no-body", 404, NOT_FOUND, {}, None),
    ("no-body", 418, b"x", {}, None),
    ("token-never-echoed", 200, BULB, {}, ""),
    ("token-never-echoed", 200, {"id": TOKEN}, {}, "the response repeats a token or secret"),
    ("token-never-echoed", 200, BULB, {"headers": {"X-Echo": TOKEN}},
     "the response repeats a token or secret"),
)  # fmt: skip


@pytest.mark.parametrize(("check", "status", "body", "special", "seen"), CASES)
def test_a_check_says_what_it_sees(
    bulbs: Catalogue, check: str, status: int, body: Any, special: dict[str, Any], seen: str | None
) -> None:
    """Each check holds, fails with what was seen, or keeps out of what is not its own."""
    operation = bulbs.operations["breakBulb" if check == "no-body" else "getBulb"]
    assert look(bulbs, check, response_of(operation, status, body, special)) == seen


def look(bulbs: Catalogue, check: Any, exchange: Exchange) -> str | None:
    """Return what a check sees in an exchange; None where it does not speak of it."""
    row = replace(bulbs.rows["platform.reply.whole"], check=check)
    found = list(check_of(row, redactor()).exchange(exchange))
    return found[0].what if found else None


def redactor() -> Redactor:
    """Return a redactor that knows a token of the run."""
    made = Redactor()
    made.learn(TOKEN)
    return made


def test_every_check_is_on_the_table() -> None:
    """No check is believed that was never seen to fail."""
    over_the_run = {"wholeness", "stability", "rate-limit-lifts"}
    by_the_request = {"details-are-errors", "details-name-the-fault"}
    assert {case[0] for case in CASES if case[4]} | over_the_run | by_the_request == set(known_checks())
    assert all((kind.__doc__ or "").strip() for kind in known_checks().values())


def response_of(operation: Operation, status: int, body: Any, special: dict[str, Any]) -> Exchange:
    """Return a response with what is special about it."""
    return response(operation, status, body, **special)


ROW: Final = {
    "status": 201,
    "const": {"/lit": False},
    "equal": {"/id": "$request.body#/id", "/room": "$request.path.room", "/none": "$request.body#/none"},
    "present": ["/lit"],
    "absent": ["/secret"],
}


@pytest.mark.parametrize(
    ("status", "body", "seen"),
    [
        (201, {"id": "hall", "room": "desk", "lit": False}, ""),
        (201, {"id": " hall", "room": "desk", "lit": False}, "/id is ' hall', sent was 'hall'"),
        (201, {"id": "hall", "lit": False}, "/room is absent, sent was 'desk'"),
        (201, {"id": "hall", "room": "desk", "lit": True}, "/lit is True, not False"),
        (201, {"id": "hall", "room": "desk", "lit": False, "secret": None}, "/secret is there"),
        (201, {"id": "hall", "room": "desk"}, "/lit is absent, not False; /lit is missing"),
        (201, b"<p>", None),
        (200, {}, None),
    ],
)
def test_a_row_describes_its_own_check(bulbs: Catalogue, status: int, body: Any, seen: str | None) -> None:
    """Constants, repeated values, present and absent members are judged on the row's status alone."""
    add = bulbs.operations["addBulb"]
    special = {"request": {"json": {"id": "hall"}, "params": {"room": "desk"}}}
    assert look(bulbs, ROW, response_of(add, status, body, special)) == seen


@pytest.mark.parametrize(
    ("value", "sent", "alike"),
    [
        ("a", "a", True),
        ("a", " a ", True),
        (" a ", "a", False),
        ("A", "a", False),
        (GUID.upper(), GUID, True),
        (7, "7", False),
        ("7", 7, False),
        (None, None, True),
        (ABSENT, "a", False),
    ],
)
def test_a_response_repeats_what_was_sent(value: Any, sent: Any, *, alike: bool) -> None:
    """A GUID may change its case and blanks may be trimmed; nothing else may differ."""
    assert same(value, sent) is alike
    assert shown(ABSENT) == "absent"


def booker_of(catalogue: Catalogue, *, only: str = "") -> Booker:
    """Return the booker of a run of these claims, or of the requirements that begin with `only`."""
    pairs = frozenset(pair for pair in catalogue.pairs() if pair[0].startswith(only))
    return booker(catalogue.judged(), Book(), redactor(), pairs)


def test_a_violation_is_booked_on_its_requirement_with_proof(bulbs: Catalogue) -> None:
    """A check that fails books expected, actual, evidence and a shell line."""
    checks = booker_of(bulbs)
    seen = response_of(bulbs.operations["getBulb"], 418, BULB, {"scenario": "test_bulbs::a_scenario"})
    checks(seen)
    judged = checks.book.get("platform.reply.documented-status", "getBulb")
    assert judged is not None
    assert (judged.outcome, judged.evidence) == (Outcome.FAIL, (seen.id,))
    assert judged.actual == "418: status 418, which the page does not list"
    assert (judged.expected, judged.reason) == ("only documented statuses", "seen in test_bulbs::a_scenario")
    assert judged.seen_in == ("test_bulbs::a_scenario",)
    assert judged.curl.startswith("curl -sS -i -X GET")


def test_what_is_not_selected_or_off_the_spec_is_not_judged(bulbs: Catalogue) -> None:
    """Requests that leave the documented path, set-up calls and requirements not selected are left alone."""
    bulb = bulbs.operations["getBulb"]
    checks = booker_of(bulbs, only="bulbs.")
    checks(response_of(bulb, 418, BULB, {}))
    everywhere = booker_of(bulbs)
    everywhere(response_of(bulb, 418, BULB, {"request": {"off_spec": True}}))
    everywhere(
        replace(
            response_of(bulb, 418, BULB, {}),
            request=replace(response_of(bulb, 1, b"", {}).request, operation=None),
        )
    )
    assert {(j.requirement, j.outcome) for j in [*checks.book, *everywhere.book]} <= {
        ("platform.reply.whole", Outcome.PASS)
    }


WHOLE: Final = "platform.reply.whole"


def whole(checks: Booker, operation: str = "getBulb") -> Verdict | None:
    """Return what is booked on the wholeness of an operation's responses."""
    return checks.book.get(WHOLE, operation)


@pytest.mark.parametrize(("tries", "outcome"), [(1, Outcome.PASS), (2, Outcome.PASS), (3, Outcome.FAIL)])
def test_a_request_that_always_breaks_off_is_a_violation_once_the_target_lives(
    bulbs: Catalogue, tries: int, outcome: Outcome
) -> None:
    """Three broken connections for one request count when the next request is answered, and only then."""
    fine = response_of(bulbs.operations["getBulb"], 200, BULB, {})
    lost = replace(fine, id="lost", status=None, failure="broken: reset")
    checks = booker_of(bulbs)
    for _ in range(tries):
        checks(lost)
    assert whole(checks) is None
    checks(fine)
    found = whole(checks)
    assert found is not None
    assert found.outcome is outcome
    assert found.evidence == (fine.id if outcome is Outcome.PASS else "lost",)
    assert ("broken: reset" in found.actual) is (outcome is Outcome.FAIL)


@pytest.mark.parametrize(("between", "outcome"), [(8, Outcome.FAIL), (100, Outcome.PASS)])
def test_many_responses_that_break_off_are_no_accident(
    bulbs: Catalogue, between: int, outcome: Outcome
) -> None:
    """One in a hundred is the network's; one in nine of an operation is a violation, and of no other."""
    checks = booker_of(bulbs)
    bulb, add = bulbs.operations["getBulb"], bulbs.operations["addBulb"]
    checks(replace(response_of(add, 200, BULB, {}), status=None, failure="broken: reset"))
    for number in range(6):
        lost = response_of(bulb, 200, BULB, {})
        checks(replace(lost, id=f"lost{number}", status=None, failure="broken: reset"))
        for _ in range(between):
            checks(response_of(bulb, 200, BULB, {}))
    found = whole(checks)
    assert found is not None
    assert found.outcome is outcome
    assert whole(checks, "addBulb") is None


@pytest.mark.parametrize(("between", "outcome"), [(8, Outcome.DEVIATION), (100, Outcome.PASS)])
def test_a_gateway_that_answers_often_is_judged_on_a_row_of_its_own(
    bulbs: Catalogue, between: int, outcome: Outcome
) -> None:
    """Its pages violate no other requirement, and one in a hundred not even this one."""
    row = replace(
        bulbs.rows["platform.reply.whole"], id="platform.reply.stable", check="stability", level=Level.SHOULD
    )
    checks = booker_of(replace(bulbs, rows={**bulbs.rows, row.id: row}))
    bulb = bulbs.operations["getBulb"]
    for _ in range(6):
        checks(response_of(bulb, 502, b"<html>", {}))
        for _ in range(between):
            checks(response_of(bulb, 200, BULB, {}))
    stable = checks.book.get(row.id, "getBulb")
    assert stable is not None
    assert stable.outcome is outcome
    assert {v.requirement for v in checks.book if v.outcome is Outcome.FAIL} == set()
    checks(response_of(bulb, 502, {"error": {"code": "X", "message": "x"}}, {}))
    assert {v.requirement for v in checks.book if v.outcome is Outcome.FAIL} == {
        "platform.reply.documented-status"
    }


def test_other_failures_are_not_counted_as_broken_responses(bulbs: Catalogue) -> None:
    """A timeout has rows of its own, and a set-up request has none at all."""
    checks = booker_of(bulbs)
    fine = response_of(bulbs.operations["getBulb"], 200, BULB, {})
    for failure, request in (
        ("timeout", fine.request),
        ("broken: reset", replace(fine.request, operation=None)),
    ):
        for _ in range(4):
            checks(replace(fine, status=None, failure=failure, request=request))
    checks(fine)
    found = whole(checks)
    assert found is not None
    assert found.outcome is Outcome.PASS


def test_what_holds_is_booked_with_its_level_and_its_proof(bulbs: Catalogue) -> None:
    """A PASS has its evidence too, and neither observation nor reason."""
    checks = booker_of(bulbs)
    for status, outcome in ((200, Outcome.PASS), (418, Outcome.FAIL)):
        seen = response_of(bulbs.operations["getBulb"], status, BULB, {})
        checks(seen)
        judged = checks.book.get("platform.reply.documented-status", "getBulb")
        assert judged is not None
        assert (judged.outcome, judged.level, judged.evidence) == (outcome, Level.MUST, (seen.id,))
        assert (judged.reason, judged.observed, judged.seen_in) == ("", "", ())


@pytest.mark.parametrize(
    ("header", "lifted", "verdict"), [("1", True, "PASS"), ("1", False, "FAIL"), ("", False, None)]
)
def test_a_limit_that_never_lifts_is_judged(
    bulbs: Catalogue, header: str, verdict: str | None, *, lifted: bool
) -> None:
    """Refused again after its own wait, a target breaks its word; without a number there is no word."""
    checks = rate_booker(bulbs)
    headers = {"Retry-After": header} if header else {}
    checks.rate_limit(
        response_of(bulbs.operations["getBulb"], 429, NOT_FOUND, {"headers": headers}), lifted=lifted
    )
    judged = checks.book.get(LIFTS, "getBulb")
    assert (judged.outcome if judged else None) == verdict


LIFTS: Final = "platform.rate.lifts"


def rate_booker(bulbs: Catalogue) -> Booker:
    """Return a booker whose claims say that the rate limit lifts."""
    row = replace(bulbs.rows[WHOLE], id=LIFTS, check="rate-limit-lifts")
    return booker_of(replace(bulbs, rows={**bulbs.rows, LIFTS: row}))


def test_a_limit_that_stops_a_preparation_is_booked_on_the_operation_before_it(bulbs: Catalogue) -> None:
    """A set-up request has no requirements: its violation is that of the operation that was answered last."""
    checks = rate_booker(bulbs)
    latest = response_of(bulbs.operations["getBulb"], 429, NOT_FOUND, {"headers": {"Retry-After": "1"}})
    setup = replace(latest, id="setup", request=replace(latest.request, operation=None))
    checks.rate_limit(setup, lifted=False)
    checks(latest)
    checks.rate_limit(setup, lifted=True)
    assert checks.book.get(LIFTS, "getBulb") is None
    checks.rate_limit(setup, lifted=False)
    judged = checks.book.get(LIFTS, "getBulb")
    assert judged is not None
    assert (judged.outcome, judged.evidence) == (Outcome.FAIL, (latest.id,))
    assert "still refused after waiting as Retry-After says, again and again" in judged.actual


def test_an_observation_keeps_what_was_seen(bulbs: Catalogue) -> None:
    """What the check of an unspecified row sees is its observation, and never a violation."""
    row = replace(bulbs.rows["bulbs.get.colour"], check="documented-status")
    checks = booker_of(replace(bulbs, rows={**bulbs.rows, row.id: row}))
    checks(response_of(bulbs.operations["getBulb"], 418, BULB, {}))
    judged = checks.book.get(row.id, "getBulb")
    assert judged is not None
    assert judged.outcome is Outcome.OBSERVED
    assert judged.observed == "status 418, which the page does not list"
